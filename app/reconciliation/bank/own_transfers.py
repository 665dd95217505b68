"""Transfers between two of our own bank accounts: a line of each statement, and one movement in the books."""

from datetime import timedelta

from sqlalchemy import or_, select

from app import clock
from app.bank import booking
from app.bank.account import BankAccount, ledger_code
from app.bank.booking import TRANSFER
from app.bank.statement import BankLine
from app.database import db
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.reconciliation.bank import sums
from app.reconciliation.bank.confirming import DoesNotFit
from app.subject import Subject

# So far apart the two banks may date one transfer, and a person who entered it by hand.
_NEAR = timedelta(days=14)
# A closed month may have moved the entry to a later day in the books.
_LATE = timedelta(days=180)


def accounts_for(line: BankLine) -> list[BankAccount]:
    """Our other bank accounts in the line's currency, by name."""
    others = (BankAccount.id != line.account_id) & (BankAccount.currency == line.currency)
    return list(db.session.scalars(select(BankAccount).where(others).order_by(BankAccount.name)))


def book(reference: str, other: BankAccount, by: str) -> None:
    """Book a line as a transfer to or from another account of ours. Where the other account's line, or a person, has
    brought the same transfer into the books before, the line is matched with that entry and posts nothing. The caller
    commits. Raises `booking.BookedAlready`, `DoesNotFit` for the line's own account or another currency, or
    `LookupError`."""
    (line,) = booking.lock([reference])
    entry_id, subject = post(line, line.amount, other, booking.source_of(line), by=by)
    booking.note(line, entry_id, TRANSFER, [(subject, line.amount)], by)


def post(line: BankLine, amount: Money, other: BankAccount, source: str, *, by: str) -> tuple[int, Subject]:
    """Post the entry for a line, or a part of one (its signed amount), or find the one in the books; its match is for
    the caller to note. Raises `DoesNotFit`."""
    if other.id == line.account_id or other.currency != line.currency:
        raise DoesNotFit("a transfer goes to another account in the same currency")
    entry_id = _booked_before(line, amount, other)
    if entry_id is not None:
        return entry_id, Subject("entry", entry_id)
    subject = booking.subject_of(line)
    parts, memo = [(subject, ledger_code(other), amount)], "moved between our own bank accounts"
    return booking.post(line, parts, kind="own-transfer", memo=memo, by=by, source=source), subject


def _booked_before(line: BankLine, amount: Money, other: BankAccount) -> int | None:
    """The entry of the same transfer that no line of this account stands for yet, the nearest in days."""
    own = db.session.get_one(BankAccount, line.account_id)
    found = sums.off_statement(own, line.day - _NEAR, line.day + _LATE)
    same = [each.entry_id for each in found if each.amount == amount]
    at_the_other = or_(
        Transfer.from_account_id == other.ledger_account_id, Transfer.to_account_id == other.ledger_account_id
    )
    entries = db.session.scalars(
        select(Entry).where(
            Entry.id.in_(same),
            Entry.lines == 1,
            select(Transfer.entry_id).where(Transfer.entry_id == Entry.id, at_the_other).exists(),
        )
    )
    apart = {each.id: abs(clock.local_day(each.occurred_at) - line.day) for each in entries}
    near = [entry_id for entry_id in apart if apart[entry_id] <= _NEAR]
    return min(near, key=lambda entry_id: (apart[entry_id], entry_id), default=None)
