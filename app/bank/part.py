"""A part of a bank's line: one of several payments that the bank booked together."""

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.bank.statement import BankLine
from app.database import Base, Key, db
from app.money import Money


class BankLinePart(Base):
    """One payment of a batch, as the bank gave it; the parts of a line come to its amount. Triggers keep it; its words
    may only be erased."""

    __tablename__ = "bank_line_parts"
    __table_args__ = (UniqueConstraint("line_id", "number"), CheckConstraint("amount_minor <> 0", name="amount"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_lines.id"))
    number: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(Key)
    payer: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text)


def amount_of(part: BankLinePart, line: BankLine) -> Money:
    """What a part of a line came to, signed like the line."""
    return Money(part.amount_minor, line.currency)


def parts_of(line: BankLine) -> list[BankLinePart]:
    """The parts of a line in the bank's order; none for a payment by itself."""
    own = select(BankLinePart).where(BankLinePart.line_id == line.id)
    return list(db.session.scalars(own.order_by(BankLinePart.number)))
