"""Settlement: a charge becomes a received donation, an entry in the books and a receipt that is due, together."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from app.appeals.appeal import AppealAccount
from app.database import db
from app.donations.donation import RECEIVED, Donation
from app.donations.plans import payments
from app.errors import DomainError
from app.ledger import posting
from app.ledger.accounts import Account
from app.ledger.entries import GIFT
from app.money import Money, home_currency, written
from app.payments import contradiction
from app.payments.objects import Charge
from app.receipts import filing
from app.subject import Subject

# Built once: to build a statement costs more than to run it (docs/performance.md).
_DONATIONS: Any = Donation.__table__
_OWNED: Any = AppealAccount.__table__
_ACCOUNTS: Any = Account.__table__
_CLAIMED = (
    select(
        _DONATIONS.c.id,
        _DONATIONS.c.reference,
        _DONATIONS.c.state,
        _DONATIONS.c.charge_id,
        _DONATIONS.c.amount_minor,
        _ACCOUNTS.c.code.label("income"),
    )
    # What comes by card is on the appeal's own account: no branch holds a card.
    .join(_OWNED, (_OWNED.c.appeal_id == _DONATIONS.c.appeal_id) & _OWNED.c.branch_id.is_(None))
    .join(_ACCOUNTS, (_ACCOUNTS.c.id == _OWNED.c.account_id) & (_ACCOUNTS.c.currency == bindparam("currency")))
    .where(_DONATIONS.c.reference == bindparam("reference"))
    .with_for_update(of=_DONATIONS)
)
_RECEIVE = update(_DONATIONS).where(_DONATIONS.c.id == bindparam("donation_id"))


class NotYetCome(DomainError):
    """A payment that takes days has succeeded, and Stripe has not made its movement known; it does so in a moment."""


def settle(charge: Charge) -> bool:
    """Book a charge that has come; whether the books have it as it is told. Settling it again changes nothing, and one
    that is told again with another amount is noted as a contradiction and not booked.

    A charge of a donation we know makes it received; a plan's charge is a donation from now on. One that no donation
    claims, or a second charge for the same donation, is real money all the same: it is posted to *unidentified* and
    listed. The caller commits. Raises `NotYetCome`.
    """
    received_at = charge.received_at
    if received_at is None:
        raise NotYetCome("Stripe has not said yet when this payment came")
    donation = None
    reference = charge.donation or payments.donation_of(charge)
    if reference is not None:
        claimed = {"reference": reference, "currency": charge.amount.currency}
        donation = db.session.execute(_CLAIMED, claimed).first()
    if donation is None or donation.charge_id not in (None, charge.charge_id):
        known = posting.moved_by(_source(charge.charge_id))
        if known is not None:
            return _as_before(charge, known.amount)
        _post(charge, received_at, "liabilities:unidentified", None)
        return True
    if donation.state == RECEIVED:
        return _as_before(charge, Money(donation.amount_minor, charge.amount.currency))
    db.session.execute(
        _RECEIVE,
        {
            "donation_id": donation.id,
            "state": RECEIVED,
            "received_at": received_at,
            "charged_at": charge.created_at if received_at != charge.created_at else None,
            "paid_by": charge.paid_by,
            "charge_id": charge.charge_id,
            "amount_minor": charge.amount.minor,
            "card_last4": charge.card_last4,
        },
    )
    filing.request(donation.id)
    _post(charge, received_at, donation.income, donation.reference)
    return True


def _as_before(charge: Charge, known: Money) -> bool:
    """Whether a charge that is booked is told with the amount that it is booked with."""
    if charge.amount == known:
        return True
    what = f"{written(charge.amount)}, but the books have {written(known)}"
    digest = hashlib.sha256(str(charge.amount).encode()).hexdigest()
    contradiction.note(contradiction.CHARGE, charge.charge_id, what, digest)
    return False


def is_settled(charge_id: str) -> bool:
    """Whether the books have this charge already."""
    return posting.find(_source(charge_id)) is not None


def _source(charge_id: str) -> str:
    return f"stripe:{charge_id}:received"


def _post(charge: Charge, received_at: datetime, from_account: str, donation: str | None) -> None:
    # A gift in a currency that Stripe does not pay out to us waits apart until its settlement is known.
    at_home = charge.amount.currency == home_currency()
    stripe = "assets:stripe" if at_home else "assets:stripe-unsettled"
    posting.post(
        _source(charge.charge_id),
        [posting.Line(from_account, stripe, charge.amount)],
        kind=GIFT if donation else "unclaimed-charge",
        subject=Subject("donation", donation) if donation else Subject("charge", charge.charge_id),
        memo=("card gift received" if charge.paid_by is None else "gift received through Stripe")
        if donation
        else "charge that no donation claims",
        occurred_at=received_at,
        recorded_by="stripe",
    )
