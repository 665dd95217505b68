"""Standing orders that we are told of: expected each month from now on, until they end.

A standing order's payments: each that the bank's statement shows is a gift of its own.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.database import db
from app.donations import standing_order
from app.donations.donation import STANDING_ORDER, Donation
from app.donations.donors import by_name
from app.donations.standing_order import StandingOrder
from app.errors import DomainError
from app.money import Money
from app.offline import gifts

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
    donor_id: int | None = None


def expect(appeal: Appeal, promise: Promise, *, branch_id: int | None = None) -> StandingOrder:
    """Add a standing order's payments from the first due day on or after `since`, of the donor it says or else of
    one under the payer's name; the caller commits. Raises `NotAnOrder`."""
    _check(promise)
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
        donor_id=promise.donor_id or by_name.of_account(promise.payer).id,
        since=promise.since,
        next_due_on=standing_order.due_from(promise.since, promise.day_of_month),
    )
    db.session.add(order)
    db.session.flush()
    return order


def change(order: StandingOrder, appeal: Appeal, promise: Promise, *, branch_id: int | None = None) -> None:
    """Expect its payments otherwise from the next one on: what has come stays as it was booked.

    The payment that is due next moves to the new day of its month; never before `since`. The caller commits and holds
    the order's row. Raises `NotAnOrder`, also for an order that has ended.
    """
    _check(promise)
    if order.ended_on is not None or promise.amount.currency != order.currency:
        raise NotAnOrder("an order that has ended stays as it was, and an order keeps its currency")
    income.account_of(appeal, branch_id)
    order.payer, order.reference_text = promise.payer, promise.reference_text or None
    order.amount_minor, order.appeal_id, order.branch_id = promise.amount.minor, appeal.id, branch_id
    moved = standing_order.due_in_month_of(order.next_due_on, promise.day_of_month)
    order.next_due_on = max(moved, standing_order.due_from(promise.since, promise.day_of_month))
    order.day_of_month, order.since = promise.day_of_month, promise.since
    db.session.flush()


def end(order: StandingOrder) -> None:
    """Expect nothing more of it from today on; ending it again changes nothing. The caller commits."""
    order.ended_on = order.ended_on or clock.today()
    db.session.flush()


def pass_over(order: StandingOrder) -> None:
    """Give up a payment that was missed, and expect the next one; the caller commits."""
    order.next_due_on = standing_order.due_after(order.next_due_on, order.day_of_month)
    db.session.flush()


def _check(promise: Promise) -> None:
    if promise.amount.minor <= 0 or not 1 <= promise.day_of_month <= 31:
        raise NotAnOrder("a standing order has an amount and a day of the month from 1 to 31")
    if not 0 < len(promise.payer) <= _LONGEST_PAYER or len(promise.reference_text) > _LONGEST_REFERENCE:
        raise NotAnOrder(f"a payer has up to {_LONGEST_PAYER} characters, a reference {_LONGEST_REFERENCE}")


# Banks send on working days, some on the one before.
EARLY = timedelta(days=3)


def pay(order: StandingOrder, amount: Money, source: str, day: date, *, held: str | None = None) -> Donation:
    """Receive a payment of whatever amount the line of the statement (`source`) shows, and expect the next; the same
    line again changes nothing. `held` is the bank's account in the ledger, where it is not the first.
    The caller commits. Raises what `by_bank.receive` raises."""
    if order.donor_id is None and order.payer:
        # An order that was entered before payers were donors.
        order.donor_id = by_name.of_account(order.payer).id
    donation = gifts.receive(
        db.session.get_one(Appeal, order.appeal_id),
        amount,
        day,
        source,
        method=STANDING_ORDER,
        payer_name=order.payer,
        branch_id=order.branch_id,
        what=order.reference_text or "",
        standing_order_id=order.id,
        held=held,
        donor_id=order.donor_id,
    )
    while order.next_due_on <= day + EARLY:
        order.next_due_on = standing_order.due_after(order.next_due_on, order.day_of_month)
    db.session.flush()
    return donation
