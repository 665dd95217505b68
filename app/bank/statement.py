"""Statements that were taken in, and the file that waits while a person looks at what is in it.

One line of a bank statement, as the bank gave it; only what has become of it in the books ever changes.

A bank account's statement as other programs take it: one line for each line that the bank gave us.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.bank.account import BankAccount
from app.database import Base, Key, db, partial_index
from app.ledger.exports.statement_lines import StatementLine, british
from app.money import Money

# They are full of names, so one that was not taken in is not kept for long.
_WAITS = timedelta(days=1)


class BankStatement(Base):
    """One file that was taken in: its SHA-256, the days it spans, and the balances that it states, where it does.

    `lines` is how many payments it held, `new` how many of them were not known before.
    """

    __tablename__ = "bank_statements"
    __table_args__ = (UniqueConstraint("account_id", "sha256", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    # The same file again, out of which something more was taken, is a further import of its own.
    number: Mapped[int]
    form: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date]
    last_day: Mapped[date]
    opening_minor: Mapped[int | None] = mapped_column(Key)
    closing_minor: Mapped[int | None] = mapped_column(Key)
    closing_on: Mapped[date | None]
    lines: Mapped[int]
    new: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(80))
    # An import of which nothing was booked can be taken back; then its lines are gone, and it states nothing any more.
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None] = mapped_column(String(80))


class BankUpload(Base):
    """A file between its upload and the moment somebody has said what to do with it; then it is gone."""

    __tablename__ = "bank_uploads"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"))
    name: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    uploaded_by: Mapped[str] = mapped_column(String(80))


def forget_uploads() -> None:
    """Delete the files of which nobody has said in a day what to do with them; the caller commits."""
    db.session.execute(delete(BankUpload).where(BankUpload.uploaded_at < clock.now() - _WAITS))


class BankLine(Base):
    """A payment in (a positive amount) or out of a bank account.

    `identity` and `ordinal` say which payment it is: the bank's own id, or else what the line says, and its number
    among lines that say the same; so a line is taken in once, and two equal payments on one day are two.
    `entry_id` is the entry that books it, nothing while nobody has said what it is; `bookings` counts how often it
    was booked, since each entry has a source of its own. Triggers keep all else; words may only be erased.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        UniqueConstraint("account_id", "identity", "ordinal"),
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        Index("ix_bank_lines_account_id_day", "account_id", "day"),
        partial_index("ix_bank_lines_open", "account_id", "day", "id", where="entry_id IS NULL"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statements.id"))
    row: Mapped[int]
    day: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    details: Mapped[str] = mapped_column(Text)
    payer: Mapped[str] = mapped_column(String(200))
    bank_id: Mapped[str | None] = mapped_column(String(120))
    identity: Mapped[str] = mapped_column(String(64))
    ordinal: Mapped[int]
    bookings: Mapped[int] = mapped_column(default=0)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), index=True)

    @property
    def amount(self) -> Money:
        """What came in, or went out below nothing."""
        return Money(self.amount_minor, self.currency)

    @property
    def said(self) -> str:
        """Everything the bank says about it in words."""
        return " ".join(part for part in (self.payer, self.details) if part)


def is_of_a_bank(connection: Connection, ledger_account_id: int) -> bool:
    """Whether this account of the ledger is an account at a bank, and so has a statement of its own."""
    found = select(BankAccount.id).where(BankAccount.ledger_account_id == ledger_account_id)
    return connection.execute(found).first() is not None


def exported_lines(
    connection: Connection, ledger_account_id: int, from_on: date, to_on: date
) -> Iterator[StatementLine]:
    """The lines of these days, both included, in the order of the statement, whatever was said that they are.

    What was confirmed and undone again leaves no trace here: the bank's line is one line. Whose words were erased, of
    that line the day and the amount are left.
    """
    found = (
        select(
            BankLine.day,
            BankLine.amount_minor,
            BankLine.currency,
            BankLine.payer,
            BankLine.details,
            BankLine.bank_id,
            BankLine.reference,
        )
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(BankAccount.ledger_account_id == ledger_account_id, BankLine.day.between(from_on, to_on))
        .order_by(BankLine.day, BankLine.statement_id, BankLine.row, BankLine.id)
    )
    for row in connection.execute(found):
        yield StatementLine(
            british(row.day), row.amount_minor, row.currency, row.payer, row.details, row.bank_id or row.reference
        )
