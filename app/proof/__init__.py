"""The proof that ledger, Stripe and bank agree: payouts taken apart, bank lines booked, what is missing, alarms."""
