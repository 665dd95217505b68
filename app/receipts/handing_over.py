"""Receipts on paper: which are made and still lie here, and that one was handed over or posted."""

from collections.abc import Sequence

from sqlalchemy import select

from app import clock
from app.database import db
from app.errors import DomainError
from app.receipts import filing
from app.receipts.receipt import ISSUED, Receipt

HANDED, POSTED = "handed", "posted"


class NotToBeGiven(DomainError):
    """There is no receipt to give: it is not made yet, does not count any more, or has been given or mailed."""


def at_hand(most: int) -> Sequence[Receipt]:
    """The receipts that are made on paper and that nobody has handed over or posted, the oldest first."""
    # In the words of the index of receipts that have not gone out.
    lying = Receipt.mailed_at.is_(None) & Receipt.given_at.is_(None)
    made = Receipt.on_paper.is_(True) & (Receipt.state == ISSUED) & Receipt.rendered_at.is_not(None)
    return db.session.scalars(
        select(Receipt).where(lying, made, Receipt.personal.is_not(None)).order_by(Receipt.id).limit(most)
    ).all()


def may_be_given(receipt: Receipt) -> bool:
    """Whether a receipt is made and has reached nobody yet, whatever was meant for it."""
    made = receipt.state == ISSUED and receipt.rendered_at is not None and receipt.personal is not None
    return made and receipt.mailed_at is None and receipt.given_at is None


def give(donation_id: int, how: str, *, by: str) -> Receipt:
    """Note that the last receipt of a gift was handed over or posted. The caller commits.
    Raises `NotToBeGiven`."""
    line = filing.receipts_of(donation_id)
    if not line or how not in (HANDED, POSTED) or not may_be_given(line[-1]):
        raise NotToBeGiven("there is no receipt here to hand over")
    line[-1].given_at, line[-1].given_by, line[-1].given_how = clock.now(), by, how
    db.session.flush()
    return line[-1]
