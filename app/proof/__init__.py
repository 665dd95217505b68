"""The proof that ledger, Stripe and bank agree; for now, the list of what does not settle by itself."""
