"""The books in the office: accounts, journal, entries, reports, closing and exports."""
