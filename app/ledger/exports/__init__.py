"""The books as files: for spreadsheets, for plain-text accounting, and for the accounting programs people use."""
