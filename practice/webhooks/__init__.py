"""Events, and telling the site of them as Stripe does: signed, queued, again after a failure."""
