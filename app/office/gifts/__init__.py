"""Gifts in the office: finding them, the page of each, and refunds."""
