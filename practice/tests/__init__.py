"""Practice Stripe, asked by the official library over a real socket."""
