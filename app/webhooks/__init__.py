"""What Stripe calls: a signature instead of CSRF, 200 only after a commit."""
