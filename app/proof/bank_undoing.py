"""Undoing a confirmation: its entry is reversed, and what it was taken for waits again."""

from sqlalchemy import select

from app.banking import booking
from app.banking.line import BankLine
from app.banking.match import ASIDE, EXPECTED, GIFT
from app.donations import not_arrived
from app.errors import DomainError
from app.extensions import db
from app.ledger.entries import Entry
from app.proof import bank_expected


class ClaimedSince(DomainError):
    """The money has been claimed or sent back since it was put aside; that is undone first."""


def undo(reference: str, by: str) -> None:
    """Undo the latest word on what a line is: a claim before the line itself. The line waits again, and every entry
    stays in the books beside its reversal. The caller commits.

    Raises `booking.NotBooked`, `ClaimedSince`, `not_arrived.StaysBounced`, or `LookupError`.
    """
    booking.one_at_a_time()
    line = db.session.scalars(
        select(BankLine)
        .where(BankLine.reference == reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if line is None:
        raise LookupError("no such line")
    latest = booking.matches_of(line)
    if latest and latest[-1].kind == ASIDE and not _waits(line):
        raise ClaimedSince("this money has been sent back since")
    for match in booking.undo(line, by):
        source = db.session.get_one(Entry, match.entry_id).source
        if match.kind in (EXPECTED, GIFT) and not match.subject.startswith(("payout:", "entry:")):
            not_arrived.take_back(match.subject, source, by=by)


def _waits(line: BankLine) -> bool:
    return booking.subject_of(line) in {each.subject for each in bank_expected.aside()}
