"""What `flask books verify` checks beyond the ledger: gifts, receipts, and what is sealed."""
