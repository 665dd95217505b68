"""What the books cannot settle by themselves, so that a person has to look."""
