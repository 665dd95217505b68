"""The bank in the office: accounts, importing files, and what each line is."""
