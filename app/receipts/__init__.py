"""Numbered, unchangeable proof of a gift; the only room that knows WeasyPrint."""
