"""Subjects of entries ('donation:<reference>') as ways through the office: to the page of what an entry is about."""

from typing import Any

from flask import current_app, url_for

from app.office import access

# What stands before the colon: the page, and what the page calls the rest.
_PAGES = {
    "bank-line": ("office.bank.line", "line"),
    "bank-account": ("office.bank.show", "account"),
    "donation": ("office.donations.show", "reference"),
    "count": ("office.collections.show", "reference"),
    "payout": ("office.payouts.show", "payout_id"),
}


def way_to(subject: str) -> str | None:
    """The address of what a subject names, where there is such a page and this person may see it."""
    word, _, reference = subject.partition(":")
    endpoint, name = _PAGES.get(word, ("", ""))
    view = current_app.view_functions.get(endpoint)
    if view is None or not access.may(view):
        return None
    values: dict[str, Any] = {name: reference}
    return url_for(endpoint, **values)
