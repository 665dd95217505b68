"""Taking back that something arrived: a line of the statement was something else after all."""

from sqlalchemy import select

from app import clock
from app.donations import receipts
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import BANK_TRANSFER, STANDING_ORDER, Donation
from app.donations.standing_order import StandingOrder
from app.errors import DomainError
from app.extensions import db
from app.offline import cheques, counts, gifts, promises

_REASON = "the bank's line is something else"


class StaysBounced(DomainError):
    """A cheque that the bank sent back stays bounced: its receipt has been void since, and the giver may know."""


def take_back(subject: str, line_reference: str, *, by: str) -> None:
    """Undo what `expected.arrived` or `by_bank.receive` noted for a line (`bank:<line>`), whose entry the caller has
    reversed. What waited for the bank waits again; a gift that only the line made known is reversed, and its receipt
    void. The caller commits. Raises `StaysBounced` or `LookupError`.
    """
    kind, _, reference = subject.partition(":")
    if kind == "count":
        sheet = db.session.scalars(select(CountSheet).where(CountSheet.reference == reference).with_for_update()).one()
        if sheet.bank_line == line_reference:
            sheet.banked_on = sheet.bank_line = None
            counts.banked(sheet)
    elif kind == "donation":
        _gift(db.session.scalars(select(Donation).where(Donation.reference == reference)).one(), line_reference, by)
    elif kind == "standing-order":
        row = db.session.scalars(select(GiftByHand).where(GiftByHand.bank_line == line_reference)).one()
        _gift(db.session.get_one(Donation, row.donation_id), line_reference, by)
    else:
        raise LookupError(f"nothing arrives under {subject}")
    db.session.flush()


def _gift(donation: Donation, line: str, by: str) -> None:
    row = cheques.locked(donation)
    if row.bounced_on is not None:
        raise StaysBounced("the bank has sent this cheque back")
    if row.bank_line != line:
        return
    row.banked_on = row.bank_line = None
    # What was entered before the statement came waits again; the rest was never there without it.
    if donation.submission != gifts.mark_of(line):
        if donation.method == BANK_TRANSFER and not promises.is_booked_early(donation):
            promises.wait_again(donation, row)
        return
    row.reversed_at, row.reversed_by, row.reason = clock.now(), by, _REASON
    if donation.method == STANDING_ORDER and row.standing_order_id is not None:
        order = db.session.get_one(StandingOrder, row.standing_order_id)
        order.next_due_on = min(order.next_due_on, row.given_on)
    db.session.flush()
    receipts.correct_gift(donation)
