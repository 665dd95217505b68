"""What is expected at the bank: money that waits elsewhere in the books, standing orders that are due, and cheques
that the bank may send back."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.donations import expectation
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import ABANDONED, PLEDGED, Donation
from app.donations.expectation import Expected
from app.donations.standing_order import StandingOrder
from app.extensions import db
from app.offline import cheques, counts, promises, standing_orders

__all__ = ["Expected", "arrived", "at_the_bank", "hold"]


def at_the_bank() -> list[Expected]:
    """Everything that a statement's line may show next, the oldest first, in four queries however much it is."""
    found = [*expectation.cash(), *expectation.gifts(), *expectation.bounces(), *expectation.orders()]
    # Asked to sort, SQLite would walk through all gifts by hand rather than along the index of those that wait.
    return sorted(found, key=lambda each: (each.since, each.subject))


def hold(subjects: Iterable[str]) -> None:
    """Let nobody bounce, reverse or pay in what waits under these subjects until the caller's transaction ends, so that
    what is looked up from here on stays true until it is booked."""
    kinds: dict[str, list[str]] = {"count": [], "donation": [], "standing-order": []}
    for subject in subjects:
        kind, _, reference = subject.partition(":")
        if kind in kinds and reference.isalnum():
            kinds[kind].append(reference)
    theirs = select(Donation.id).where(Donation.reference.in_(kinds["donation"]))
    rows: tuple[Select[Any], ...] = (
        select(GiftByHand).where(GiftByHand.donation_id.in_(theirs)).order_by(GiftByHand.donation_id),
        select(CountSheet).where(CountSheet.reference.in_(kinds["count"])).order_by(CountSheet.id),
        select(StandingOrder).where(StandingOrder.reference.in_(kinds["standing-order"])).order_by(StandingOrder.id),
    )
    for each in rows:
        db.session.scalars(each.with_for_update().execution_options(populate_existing=True)).all()


def arrived(subject: str, line_reference: str, day: date, *, held: int | None = None) -> None:
    """Note that the statement shows what was expected under this subject. Noting it again changes nothing.

    `line_reference` is the line's source (`bank:<line>`), `day` the day on which the bank booked it. The caller posts
    the transfer between the bank and the account that `Expected` names; only a standing order and a transfer that was
    announced become gifts here, and are posted here under this very source, so the caller posts nothing for them: to
    the bank account whose id in the ledger is `held`, by default the first. The caller commits. Raises `LookupError`,
    and `by_hand.NotYet` for a gift of a day to come.
    """
    kind, _, reference = subject.partition(":")
    if kind == "count":
        sheet = db.session.scalars(
            select(CountSheet)
            .where(CountSheet.reference == reference, CountSheet.reversed_at.is_(None))
            .with_for_update()
        ).one()
        sheet.banked_on, sheet.bank_line = sheet.banked_on or day, sheet.bank_line or line_reference
        counts.banked(sheet)
        db.session.flush()
    elif kind == "donation":
        donation = db.session.scalars(select(Donation).where(Donation.reference == reference)).one()
        cheques.locked(donation)
        if donation.state == ABANDONED:
            raise LookupError("this gift was withdrawn, and is not expected any more")
        if donation.state == PLEDGED:
            promises.receive(donation, line_reference, day, held=held)
        else:
            cheques.shown(donation, line_reference, day)
    elif kind == "standing-order":
        order = db.session.scalars(select(StandingOrder).where(StandingOrder.reference == reference)).one()
        standing_orders.pay(order, order.amount, line_reference, day, held=held)
    else:
        raise LookupError(f"nothing is expected under {subject}")
