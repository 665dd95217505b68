"""Who did what, when and from where; written by anyone above, changed by nobody."""
