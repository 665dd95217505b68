"""Donors: who gave, how a name is found again, and two donors who are one person."""
