"""Taking in articles that were published elsewhere: the printed archive."""
