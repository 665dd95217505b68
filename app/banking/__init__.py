"""Bank statements: accounts, the files that banks give out, their lines, and what those match in the books."""
