"""A gift's story, from pledge to receipt; `news` says what Stripe's news means for it."""
