"""A bill that was paid from the bank account: to whom, and the number of its voucher.

The payee may be a person, and the books are never changed; so the words stand beside the entry and can be erased.
"""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db


class BankBill(Base):
    """What a bill's entry does not say. The voucher is the number under which the bill itself is filed."""

    __tablename__ = "bank_bills"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    payee: Mapped[str] = mapped_column(String(200))
    voucher: Mapped[str] = mapped_column(String(40))


def keep(entry_id: int, payee: str, voucher: str) -> None:
    """Keep what a bill's entry is about; the caller commits."""
    db.session.add(BankBill(entry_id=entry_id, payee=payee, voucher=voucher))
    db.session.flush()


def of(entry_id: int) -> BankBill | None:
    """The bill that an entry paid, if it paid one."""
    return db.session.get(BankBill, entry_id)


def erase_payee(entry_id: int) -> None:
    """Forget who was paid; the voucher stays. The caller commits."""
    found = of(entry_id)
    if found is not None:
        found.payee = ""
        db.session.flush()
