"""Standing orders that we are told of: expected each month from now on, until they end."""

import secrets
from dataclasses import dataclass
from datetime import date

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.donations import standing_order
from app.donations.standing_order import StandingOrder
from app.errors import DomainError
from app.extensions import db
from app.money import Money

_LONGEST_PAYER, _LONGEST_REFERENCE = 120, 80


class NotAnOrder(DomainError):
    """A standing order of nothing, without a day of the month, or with words too long for a statement."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a donor has told their bank: how much, on which day of the month, with which text on our statement."""

    amount: Money
    day_of_month: int
    since: date
    payer: str
    reference_text: str


def expect(appeal: Appeal, promise: Promise, *, branch_id: int | None = None) -> StandingOrder:
    """Expect a standing order's payments from the first due day on or after `since`; the caller commits. Raises
    `NotAnOrder`."""
    if promise.amount.minor <= 0 or not 1 <= promise.day_of_month <= 31:
        raise NotAnOrder("a standing order has an amount and a day of the month from 1 to 31")
    if not 0 < len(promise.payer) <= _LONGEST_PAYER or len(promise.reference_text) > _LONGEST_REFERENCE:
        raise NotAnOrder(f"a payer has up to {_LONGEST_PAYER} characters, a reference {_LONGEST_REFERENCE}")
    # The account is opened now, so that what is expected can name it.
    income.account_of(appeal, branch_id)
    order = StandingOrder(
        reference=secrets.token_hex(12),
        payer=promise.payer,
        reference_text=promise.reference_text or None,
        amount_minor=promise.amount.minor,
        currency=promise.amount.currency,
        day_of_month=promise.day_of_month,
        appeal_id=appeal.id,
        branch_id=branch_id,
        since=promise.since,
        next_due_on=standing_order.due_from(promise.since, promise.day_of_month),
    )
    db.session.add(order)
    db.session.flush()
    return order


def end(order: StandingOrder) -> None:
    """Expect nothing more of it from today on; ending it again changes nothing. The caller commits."""
    order.ended_on = order.ended_on or clock.today()
    db.session.flush()


def pass_over(order: StandingOrder) -> None:
    """Give up a payment that was missed, and expect the next one; the caller commits."""
    order.next_due_on = standing_order.due_after(order.next_due_on, order.day_of_month)
    db.session.flush()
