"""A gift from Checkout to receipt, refund and dispute; `stripe_news` says what Stripe's events mean."""
