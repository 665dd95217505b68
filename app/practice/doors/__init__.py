"""The till's doors: the API for Whipround, the pages for whoever pays, and the counter for whoever tries things out."""
