"""Taking an import back: its lines go as if it had never been, while none of them was ever booked."""

from sqlalchemy import delete, exists, select

from app import clock
from app.bank import booking
from app.bank.account import BankAccount
from app.bank.part import BankLinePart
from app.bank.statement import BankLine, BankStatement
from app.database import db
from app.errors import DomainError


class SomeAreBooked(DomainError):
    """One of the import's lines is in the books, or was: they remember it, so it stays."""


def may_be_taken_back(account: BankAccount) -> set[int]:
    """The ids of an account's imports of which nothing was ever booked."""
    booked = exists().where(
        BankLine.statement_id == BankStatement.id, BankLine.entry_id.is_not(None) | (BankLine.bookings > 0)
    )
    in_effect = (BankStatement.account_id == account.id) & BankStatement.taken_back_at.is_(None)
    return set(db.session.scalars(select(BankStatement.id).where(in_effect, ~booked)))


def take_back(account: BankAccount, statement: BankStatement, by: str) -> int:
    """Take an import back and return how many lines go with it; the caller commits. Its own row stays, with who took
    it back and when. Lines that another file showed as well go too: that file, taken in again, brings them back.

    Raises `SomeAreBooked`, or `LookupError` when it was taken back before.
    """
    booking.one_at_a_time()
    db.session.refresh(statement, with_for_update=True)
    if statement.taken_back_at is not None:
        raise LookupError("this import was taken back")
    if statement.id not in may_be_taken_back(account):
        raise SomeAreBooked("a line of this import is booked")
    statement.taken_back_at, statement.taken_back_by = clock.now(), by
    db.session.flush()
    lines = select(BankLine.id).where(BankLine.statement_id == statement.id)
    db.session.execute(delete(BankLinePart).where(BankLinePart.line_id.in_(lines)))
    gone = db.session.scalars(
        delete(BankLine).where(BankLine.statement_id == statement.id).returning(BankLine.id)
    ).all()
    return len(gone)
