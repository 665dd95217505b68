"""Stripe's objects: how each is made and looks."""
