"""One line of a bank statement, as the bank gave it; only what has become of it in the books ever changes."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key
from app.money import Money


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
        Index(
            "ix_bank_lines_open", "account_id", "day", "id",
            postgresql_where=text("entry_id IS NULL"), sqlite_where=text("entry_id IS NULL"),
        ),
    )  # fmt: skip

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
