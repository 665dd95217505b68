"""What the next page says of what was just asked for: that it is done, or that it could not be."""

from flask import flash

DONE = "done"
FAILED = "failed"


def done(text: str) -> None:
    """Say on the next page that something was done."""
    flash(text, DONE)


def failed(text: str) -> None:
    """Say on the next page that something was not done, or that somebody has to look again."""
    flash(text, FAILED)
