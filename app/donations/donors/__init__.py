"""Donors as the office sees them: lists with totals, personal data, and erasing it."""
