"""The streams of the live totals: a small raw ASGI application, because a stream holds its connection."""
