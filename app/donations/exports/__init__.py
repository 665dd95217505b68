"""Donations as files: all of a time, or those that a search found."""
