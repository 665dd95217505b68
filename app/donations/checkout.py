"""Giving once: a pledge is made before anyone goes to Stripe, and the same form sent twice is one pledge.

Pledging: what a gift and a monthly plan have in common before anybody goes to Stripe.

Whoever gives sends one form, and a nonce in it makes the same form sent twice one pledge.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.appeals.appeal import Appeal
from app.database import db
from app.donations import amounts
from app.donations.donation import ABANDONED, ON_ITS_WAY, PLEDGED, RECEIVED, Donation
from app.donations.plans.plan import Plan
from app.errors import DomainError
from app.money import CurrencyMismatch, Money
from app.payments.checkout import Checkout, CheckoutRequest

# Stripe keeps an idempotency key for at least 24 hours (docs.stripe.com/api/idempotent_requests); we stop trusting
# one well before that.
KEY_TRUSTED_FOR = timedelta(hours=20)

Pledge = TypeVar("Pledge", Donation, Plan)


class AppealClosed(DomainError):
    """The appeal does not take gifts today."""


class SentTooOften(DomainError):
    """One form made as many pledges as one may, none of which can be paid any more."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What the giving form says, its shape checked: who gives how much, and how they may be named."""

    amount: Money
    name: str
    email: str
    address: str = ""
    postcode: str = ""
    message: str = ""
    name_may_be_shown: bool = False


def pledge(kind: type[Pledge], appeal: Appeal, gift: Gift, nonce: str) -> Pledge:
    """Record that somebody is about to give; the caller commits before Stripe is asked for anything.

    `nonce` is the form's own: the same nonce with the same content is the same pledge, with changed content a new
    one. A pledge that can no longer be paid (its Checkout has closed, or its key is too old to be trusted) makes way
    for a new one. Raises `AppealClosed`, `SentTooOften`, `CurrencyMismatch`, `amounts.TooSmall` or
    `amounts.TooLarge`.
    """
    if not appeal.open_on(clock.today()):
        raise AppealClosed("this appeal does not take gifts at the moment")
    if gift.amount.currency != appeal.currency:
        raise CurrencyMismatch(f"this appeal takes {appeal.currency}")
    amounts.check(gift.amount)
    content = json.dumps([appeal.reference, asdict(gift)], sort_keys=True, ensure_ascii=False)
    for attempt in range(100):
        submission = hashlib.sha256(f"{attempt}|{nonce}|{content}".encode()).hexdigest()
        pledged = _pledged(kind, appeal, gift, submission)
        if not _spent(pledged):
            return pledged
    raise SentTooOften("this form has been sent too often; open the page anew")


def _pledged(kind: type[Pledge], appeal: Appeal, gift: Gift, submission: str) -> Pledge:
    """The pledge with this submission's digest, made now if there is none; two at once make one."""
    db.session.execute(
        postgresql.insert(kind)
        .values(
            reference=secrets.token_hex(12),
            appeal_id=appeal.id,
            amount_minor=gift.amount.minor,
            currency=gift.amount.currency,
            state=PLEDGED,
            pledged_at=clock.now(),
            name=gift.name,
            email=gift.email,
            address=gift.address or None,
            postcode=gift.postcode or None,
            message=gift.message or None,
            name_may_be_shown=gift.name_may_be_shown,
            submission=submission,
            checkout_key=secrets.token_hex(16),
        )
        .on_conflict_do_nothing(index_elements=["submission"])
    )
    return db.session.scalars(select(kind).where(kind.submission == submission)).one()


def _spent(pledged: Donation | Plan) -> bool:
    """Whether a pledge can no longer be paid, so that sending its form again means a new one. A plan that runs is
    what the form asked for; one that has ended is not."""
    if pledged.state == PLEDGED:
        closes = pledged.checkout_expires_at or pledged.pledged_at + KEY_TRUSTED_FOR
        return closes <= clock.now()
    return pledged.ended_at is not None if isinstance(pledged, Plan) else pledged.state not in (ON_ITS_WAY, RECEIVED)


def checkout_opened(pledged: Donation | Plan, checkout: Checkout) -> None:
    """Remember the page where the pledge can be paid."""
    pledged.checkout_session_id = checkout.session_id
    pledged.checkout_url = checkout.url
    pledged.checkout_expires_at = clock.from_timestamp(checkout.expires_at)


def renew_checkout_key(pledged: Donation | Plan) -> None:
    """Take a new idempotency key after Stripe stored a failure under the old one.

    A session that the failed call may have opened all the same can never be paid: nobody was told its address.
    """
    pledged.checkout_key = secrets.token_hex(16)


def pledge_once(appeal: Appeal, gift: Gift, nonce: str) -> Donation:
    """Record that somebody is about to give once; see `pledging.pledge`, which says what it raises."""
    return pledge(Donation, appeal, gift, nonce)


def checkout_request(donation: Donation, appeal: Appeal, *, success_url: str, cancel_url: str) -> CheckoutRequest:
    """What Stripe is asked for, for this donation: always the same, so that its idempotency key holds."""
    assert donation.email is not None  # noqa: S101 - a pledge has one until it is erased
    return CheckoutRequest(
        reference=donation.reference,
        amount=donation.amount,
        what_for=appeal.title,
        email=donation.email,
        success_url=success_url,
        cancel_url=cancel_url,
    )


def abandon(reference: str) -> bool:
    """Note that a pledge was not paid; what has been received stays received. False when there is no such pledge."""
    result = db.session.execute(
        update(Donation)
        .where(Donation.reference == reference, Donation.state == PLEDGED)
        .values(state=ABANDONED)
        .returning(Donation.id)
    )
    return result.first() is not None


def is_received(reference: str) -> bool:
    """Whether the donation with this reference has been received."""
    return db.session.scalar(select(Donation.state).where(Donation.reference == reference)) == RECEIVED
