"""Gifts that do not come by card, in the office: entering, listing and paying in."""
