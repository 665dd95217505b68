"""Letting longer bodies in where they are needed: the limit of every other form is too low for a text or a picture."""

from collections.abc import Callable
from typing import Any

from flask import request, session

from app.office.unsent import browser


def up_to(most: int) -> Callable[[str | None, dict[str, Any] | None], None]:
    """What a blueprint whose forms are all long has as its `url_value_preprocessor`; see `let_in`."""

    def before_the_form_is_read(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
        let_in(most)

    return before_the_form_is_read


def let_in(most: int) -> None:
    """Let this request's body have so many bytes, if somebody is or was signed in here; nobody else's is even taken
    apart.

    Called before anything reads the form, and so before the guard: CSRF protection reads it first.
    """
    if "_user_id" in session or browser.name():
        request.max_content_length = most
