"""The files that banks give out, each form read into the same payments and balances."""
