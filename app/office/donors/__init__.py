"""Donors in the office: finding, correcting and merging them."""
