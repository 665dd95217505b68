"""Letting longer bodies in where they are needed: the limit of every other form is too low for a text or a picture."""

from flask import request, session

from app.office.unsent import browser


def let_in(most: int) -> None:
    """Let this request's body have so many bytes, if somebody is or was signed in here; nobody else's is even taken
    apart.

    Called before anything reads the form, and so before the guard: CSRF protection reads it first.
    """
    if "_user_id" in session or browser.name():
        request.max_content_length = most
