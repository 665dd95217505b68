"""The bank's side: what its next lines may be, confirming what a line is, and the balance."""
