"""Signing in to the office: Flask-Security, set up to our rules."""
