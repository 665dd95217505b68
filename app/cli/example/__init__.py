"""The example organisation of practice mode: its newspaper, its office, and a year in which readers gave."""
