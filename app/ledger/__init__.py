"""The books: accounts, append-only entries made of transfers, balances kept with them. It knows nothing above it."""
