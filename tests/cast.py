"""The cast of the tests: one appeal, one giver, and the shortest way to bring them on stage."""

from datetime import timedelta
from typing import Any

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.writing import open_appeal
from app.database import writing
from app.donations import checkout
from app.donations.checkout import Gift
from app.donations.donation import Donation
from app.money import Money


def an_appeal(slug: str = "press-fund", **changes: Any) -> Appeal:
    """An appeal in force since yesterday, committed."""
    values: dict[str, Any] = {
        "slug": slug,
        "title": "Keep the press turning",
        "text": "Paper, ink and *postage*.",
        "currency": "gbp",
        "target_minor": 2_500_000,
        "suggested_minor": [1000, 2500, 5000],
        "starts_on": clock.today() - timedelta(days=1),
        "ends_on": clock.today() + timedelta(days=30),
        "precedence": 1,
        "version": 1,
    }
    with writing():
        return open_appeal(Appeal(**{**values, **changes}))


def a_gift(minor: int = 2500, **changes: Any) -> Gift:
    return Gift(**{"amount": Money(minor, "gbp"), "name": "Łucja Okoń", "email": "lucja@example.org", **changes})


def a_pledge(appeal: Appeal, nonce: str = "nonce-1", gift: Gift | None = None) -> Donation:
    """A pledge, committed."""
    with writing():
        return checkout.pledge_once(appeal, gift or a_gift(), nonce)
