"""The bank: accounts, statements and their lines, matching and booking."""
