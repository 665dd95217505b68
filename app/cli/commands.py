"""The operator's commands, gathered."""

from flask import Flask


def register(app: Flask) -> None:
    """Add every command to `flask`."""
