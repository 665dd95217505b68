"""The only package that speaks to Stripe: the gateway, the inbox of its events, what its objects say."""
