"""Giving: the form, once or every month, and the way to Stripe's payment page."""
