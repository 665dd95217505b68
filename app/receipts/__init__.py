"""Numbered, unchangeable proof of a gift; the only package that knows WeasyPrint."""
