"""A standing order's payments: each that the bank's statement shows is a gift of its own."""

from datetime import date, timedelta

from app.appeals.appeal import Appeal
from app.donations import by_bank, standing_order
from app.donations.donation import STANDING_ORDER, Donation
from app.donations.donors import by_name
from app.donations.standing_order import StandingOrder
from app.extensions import db
from app.money import Money

# Banks send on working days, some on the one before.
EARLY = timedelta(days=3)


def pay(order: StandingOrder, amount: Money, source: str, day: date, *, held: int | None = None) -> Donation:
    """Receive a payment of whatever amount the line of the statement (`source`) shows, and expect the next; the same
    line again changes nothing. `held` is the id of the bank's account in the ledger, where it is not the first.
    The caller commits. Raises what `by_bank.receive` raises."""
    if order.donor_id is None and order.payer:
        # An order that was entered before payers were donors.
        order.donor_id = by_name.of_account(order.payer).id
    donation = by_bank.receive(
        db.session.get_one(Appeal, order.appeal_id), amount, day, source, method=STANDING_ORDER,
        payer_name=order.payer, branch_id=order.branch_id, what=order.reference_text or "", standing_order_id=order.id,
        held=held, donor_id=order.donor_id,
    )  # fmt: skip
    while order.next_due_on <= day + EARLY:
        order.next_due_on = standing_order.due_after(order.next_due_on, order.day_of_month)
    db.session.flush()
    return donation
