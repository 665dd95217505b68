"""The public door's policy: who may come in (anyone), what its pages allow, and the pages behind it."""

from flask import Flask


def register(app: Flask) -> None:
    """Open the door."""
