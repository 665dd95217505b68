"""A match: what a line of a statement was found to be, and the entry that says so in the books."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key
from app.money import Money

# What a line can be. `EXPECTED` is money that the books were waiting for: its subject says which. `ASIDE` waits in an
# account of its own until it is `CLAIMED` by an appeal or `RETURNED`.
EXPECTED, GIFT, ASIDE, CLAIMED, RETURNED = "expected", "gift", "aside", "claimed", "returned"
CHARGE, SPENDING, INTEREST = "charge", "spending", "interest"
KINDS = (EXPECTED, GIFT, ASIDE, CLAIMED, RETURNED, CHARGE, SPENDING, INTEREST)


class BankMatch(Base):
    """Part or all of a line (`amount_minor`, signed like the line's) that `subject` explains, booked by `entry_id`.

    A confirmation is undone by reversing its entry: `undone_by` is the reversal, or the entry itself where that was in
    the books before the line came. Triggers keep all else.
    """

    __tablename__ = "bank_matches"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_lines.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    amount_minor: Mapped[int] = mapped_column(Key)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))

    def amount_in(self, currency: str) -> Money:
        """The amount, in the currency of its line."""
        return Money(self.amount_minor, currency)
