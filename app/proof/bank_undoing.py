"""Undoing a confirmation: its entry is reversed, and what it was taken for waits again."""

from sqlalchemy import select

from app.bank import booking
from app.bank.booking import ASIDE, EXPECTED, GIFT, RETURNED, BankMatch
from app.bank.statement import BankLine
from app.errors import DomainError
from app.extensions import db
from app.ledger.entries import Entry
from app.offline import corrections
from app.proof import bank_expected


class ClaimedSince(DomainError):
    """The money has been claimed or sent back since it was put aside; that is undone first."""


def undo(reference: str, by: str) -> None:
    """Undo the latest word on what a line is: a claim before the line itself. The line waits again, and with it every
    other line that was the same thing in parts; each entry stays in the books beside its reversal. The caller commits.

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
    for each in [line, *_further_parts(line, latest)]:
        for match in booking.undo(each, by):
            source = db.session.get_one(Entry, match.entry_id).source
            if match.kind in (EXPECTED, GIFT) and not match.subject.startswith(("payout:", "entry:")):
                corrections.take_back(match.subject, source, by=by)


def _further_parts(line: BankLine, latest: list[BankMatch]) -> list[BankLine]:
    """The other lines that are one thing together with this one: half a count sheet is never at the bank. (Of payouts
    the sums are kept, and a standing order has a line each month.)"""
    whole = [
        each.subject
        for each in latest
        if each.kind in (EXPECTED, RETURNED) and each.subject.startswith(("count:", "donation:", "bank-line:"))
    ]
    of_the_same = (
        select(BankMatch.line_id)
        .where(BankMatch.subject.in_(whole), BankMatch.kind.in_((EXPECTED, RETURNED)), BankMatch.undone_by.is_(None))
        .where((BankMatch.amount_minor > 0) == (line.amount_minor > 0), BankMatch.line_id != line.id)
    )
    return list(db.session.scalars(select(BankLine).where(BankLine.id.in_(of_the_same)).order_by(BankLine.id)))


def _waits(line: BankLine) -> bool:
    return booking.subject_of(line) in {each.subject for each in bank_expected.aside()}
