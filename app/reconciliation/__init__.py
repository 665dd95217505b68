"""That ledger, Stripe and bank agree: payouts, exceptions, alarms, the daily statement."""
