"""What receipts are tested with: facts as they are frozen, and a gift whose receipt is due."""

import re
from typing import Any

from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations import settlement
from app.payments.objects import Charge
from app.receipts.facts import Facts
from app.receipts.receipt import Receipt
from tests.cast import a_gift, a_pledge, an_appeal

# 30 June 2026, 23:30 in UTC: half past midnight on 1 July in London.
JUST_AFTER_MIDNIGHT = 1_782_862_200


def some_facts(**changes: Any) -> Facts:
    """The facts of an issued receipt."""
    values: dict[str, Any] = {
        "received_on": "2026-11-21",
        "amount_minor": 123_450,
        "currency": "gbp",
        "method": "card",
        "appeal": "Keep the press turning",
        "organisation": "The Lantern",
        "organisation_address": "4 Mill Lane, Ambleford AM1 2QX",
        "organisation_registration": "Registered society 123",
        "donor": "Łucja Okoń",
        "donor_address": ("1 Quay Street", "Ambleford", "AM1 2QX"),
        "donation": "0123456789abcdef01234567",
        "language": "en-GB",
        "link": "https://lantern.example/receipts/abcdefghijklmnopqrstuvwxyz012345",
        "number": "2026-000123",
        "issued_on": "2026-11-22",
        "issued_at": "2026-11-22T14:00:00+00:00",
    }
    return Facts(**{**values, **changes})


def a_due_receipt(appeal: Any = None, nonce: str = "nonce-1", **changes: Any) -> Receipt:
    """A gift received by card, and so a receipt that is due."""
    gift = a_gift(**changes)
    donation = a_pledge(appeal or an_appeal(), nonce, gift)
    with writing():
        settlement.settle(Charge(f"ch_{nonce}", gift.amount, clock.now(), True, donation.reference))
    receipt = db.session.scalars(select(Receipt).where(Receipt.donation_id == donation.id)).one()
    # It stays as it was when it became due, whatever becomes of the session; tests read it again themselves.
    db.session.expunge(receipt)
    return receipt


def words(text: str) -> str:
    """Text with its white space made single, to look things up in."""
    return re.sub(r"\s+", " ", text)
