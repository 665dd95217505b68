"""Undoing: what was entered by mistake is reversed in the books, with a reason that stands outside them.

Taking back that something arrived: a line of the statement was something else after all.
"""

from sqlalchemy import select

from app import clock
from app.database import db, read_locked
from app.donations import receipts
from app.donations.by_hand import BANKED, BOUNCED, GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import BANK_TRANSFER, RECEIVED, STANDING_ORDER, Donation
from app.donations.standing_order import StandingOrder
from app.errors import DomainError
from app.ledger import reversing
from app.ledger.entries import Entry
from app.offline import cheques, counts, gifts, promises
from app.subject import Subject

_LONGEST = 500


class NoReasonToCorrect(DomainError):
    """A correction without a reason, or with one too long to read."""


class NothingToReverse(DomainError):
    """What was only promised is in no books: it is withdrawn, not reversed."""


class OfASheet(DomainError):
    """The gift is a line of a count sheet: the cash stays counted, so the sheet is reversed and counted anew."""


class AtTheBank(DomainError):
    """The bank has confirmed the amount, or bounced the cheque, so there is no mistake left to reverse here."""


def undo_count(sheet: CountSheet, *, reason: str, by: str) -> None:
    """Reverse a count sheet that was entered wrongly, with the gifts that are lines of it; the right one is counted
    anew. Doing it again changes nothing.

    The caller commits. Raises `NoReasonToCorrect` or `AtTheBank`.
    """
    _check(reason)
    db.session.refresh(sheet, with_for_update=True)
    if sheet.banked_on is not None:
        raise AtTheBank("the bank has confirmed this sheet")
    if any(gift.paid_back_minor for gift, _row in counts.named_gifts(sheet)):
        raise AtTheBank("a gift of this sheet has been paid back")
    if sheet.reversed_at is None:
        if sheet.rest.minor:
            _reverse(Subject("count", sheet.reference), "cash counted wrongly", by)
        counts.reverse(sheet, reason, by=by)
        sheet.reversed_at, sheet.reversed_by, sheet.reason = clock.now(), by, reason
        db.session.flush()


def undo_gift(donation: Donation, *, reason: str, by: str) -> None:
    """Reverse a gift by hand that was entered wrongly; its receipt is void. Doing it again changes nothing.

    The caller commits. Raises `NoReasonToCorrect`, `AtTheBank`, `NothingToReverse`, `OfASheet`, or `cheques.NotACheque`
    for a gift by card.
    """
    _check(reason)
    row = cheques.locked(donation)
    if donation.state != RECEIVED:
        raise NothingToReverse("a promise is withdrawn, not reversed")
    if row.count_sheet_id is not None and row.reversed_at is None:
        raise OfASheet("this gift is a line of a count sheet")
    if row.state(donation) in (BANKED, BOUNCED) or donation.paid_back_minor:
        raise AtTheBank("the bank has shown this gift")
    if row.reversed_at is None:
        _reverse(Subject("donation", donation.reference), f"{donation.method} entered wrongly", by)
        row.reversed_at, row.reversed_by, row.reason = clock.now(), by, reason
        db.session.flush()
        receipts.correct_gift(donation)


def _check(reason: str) -> None:
    if not 0 < len(reason) <= _LONGEST:
        raise NoReasonToCorrect(f"a correction says why, in up to {_LONGEST} characters")


def _reverse(subject: Subject, memo: str, by: str) -> None:
    entry = db.session.scalars(select(Entry.id).where(Entry.subject == subject).order_by(Entry.id).limit(1)).one()
    reversing.reverse(entry, memo=memo, recorded_by=by)


_REASON = "the bank's line is something else"


class PaidBack(DomainError):
    """The gift has been paid back since; the line that shows it is undone first."""


class StaysBounced(DomainError):
    """A cheque that the bank sent back stays bounced: its receipt has been void since, and the giver may know."""


def take_back(subject: Subject, line_reference: str, *, by: str) -> None:
    """Undo what `expected.arrived` or `by_bank.receive` noted for a line (`bank:<line>`), whose entry the caller has
    reversed. What waited for the bank waits again; a gift that only the line made known is reversed, and its receipt
    void. The caller commits. Raises `StaysBounced`, `PaidBack` or `LookupError`.
    """
    kind, reference = subject.kind, subject.reference
    if kind == "count":
        sheet = read_locked(select(CountSheet).where(CountSheet.reference == reference)).one()
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
    if donation.paid_back_minor:
        raise PaidBack("the gift has been paid back since")
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
