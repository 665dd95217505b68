"""Asking for a receipt: a row that is due, written in the same transaction as the gift it will prove."""

import secrets

from sqlalchemy import insert

from app import clock
from app.extensions import db
from app.receipts.receipt import DUE, Receipt

_ADD = insert(Receipt.__table__)  # type: ignore[arg-type]


def request(subject: str, *, on_paper: bool = False) -> None:
    """Make a receipt due for a subject ('donation:<reference>'), to be mailed or, `on_paper`, to be printed; the caller
    sees to it that this happens once, and a unique key holds it. Its own reference is random and unguessable: whoever
    has the link may read the receipt."""
    db.session.execute(
        _ADD,
        {
            "reference": secrets.token_urlsafe(24),
            "subject": subject,
            "state": DUE,
            "requested_at": clock.now(),
            "on_paper": on_paper,
            "attempts": 0,
        },
    )
