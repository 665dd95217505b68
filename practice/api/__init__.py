"""The API as Stripe's library speaks to it."""
