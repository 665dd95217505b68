"""Accounts: where money is, or what it was for; one currency each, and their codes end in it.

Everybody names an account by its code; only what writes transfers needs ids (`posting.account_id`).
"""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import CheckConstraint, String, UniqueConstraint, bindparam, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key, db

KINDS = ("asset", "liability", "equity", "income", "expense")


class Account(Base):
    """One account; its code, kind and currency never change (a trigger holds that), only its name may."""

    __tablename__ = "accounts"
    __table_args__ = (
        # Transfers point at both columns, so that the database itself refuses two currencies in one transfer.
        UniqueConstraint("id", "currency"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("currency = lower(currency) AND length(currency) = 3", name="currency"),
        CheckConstraint("code LIKE '%:' || currency", name="code"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))


# The accounts that all have, opened when they are first needed: the code without its currency, the kind, the name.
CHART = {
    "assets:stripe": ("asset", "Held by Stripe"),
    "assets:stripe-unsettled": ("asset", "Charged by Stripe, not yet settled"),
    "assets:disputed": ("asset", "Withdrawn while disputed"),
    "assets:in-transit": ("asset", "On its way to the bank"),
    "assets:cash": ("asset", "Cash counted, not yet at the bank"),
    "assets:cheques": ("asset", "Cheques, not yet at the bank"),
    "assets:awaited": ("asset", "Announced, not yet on the bank's statement"),
    "liabilities:unidentified": ("liability", "Received, not yet identified"),
    "suspense:stripe": ("asset", "Moved by Stripe, not yet explained"),
    "assets:bank": ("asset", "In the bank"),
    "equity:opening": ("equity", "What there was when the books began"),
    "equity:exchange": ("equity", "Exchange of currencies"),
    "expenses:other": ("expense", "Other spending"),
    "income:interest": ("income", "Interest from the bank"),
    "expenses:card-fees": ("expense", "Card fees"),
    "expenses:dispute-fees": ("expense", "Dispute fees"),
    "expenses:bank-charges": ("expense", "Bank charges"),
    "expenses:stripe-fees": ("expense", "Stripe's other fees"),
    "expenses:cash-differences": ("expense", "Cash that was counted and is not at the bank"),
    "expenses:in-kind": ("expense", "Gifts in kind, as they were used"),
}


FIND_ID = select(Account.__table__.c.id).where(Account.__table__.c.code == bindparam("code"))


def open_account(code: str, kind: str, name: str, currency: str) -> int:
    """The id of the account `code` (which ends in `:currency`), opened now if it is new."""
    found = db.session.scalar(FIND_ID, {"code": code})
    if found is not None:
        return int(found)
    # SQLite understands PostgreSQL's ON CONFLICT as it is.
    db.session.execute(
        postgresql.insert(Account).values(code=code, kind=kind, name=name, currency=currency).on_conflict_do_nothing()
    )
    return int(db.session.scalars(FIND_ID, {"code": code}).one())


def find(code: str) -> Account | None:
    """The account with this code, if it is open."""
    return db.session.scalars(select(Account).where(Account.code == code)).one_or_none()


def chart(currency: str) -> dict[str, tuple[str, str]]:
    """The accounts every organisation has, opened or not: their codes in a currency, with kind and name."""
    return {f"{name}:{currency}": said for name, said in CHART.items()}


def every() -> Sequence[Account]:
    """Every account that is open, by code."""
    return db.session.scalars(select(Account).order_by(Account.code)).all()


def of_kind(kind: str, currency: str) -> list[Account]:
    """The accounts of a kind that are open in a currency, by name."""
    wanted = (Account.kind == kind) & (Account.currency == currency)
    return list(db.session.scalars(select(Account).where(wanted).order_by(Account.name, Account.id)))


def named(prefix: str, kind: str, name: str, currency: str) -> str:
    """The code of the account that people call `name`, opened now if there is none: 'expenses' and 'Hall hire' open
    `expenses:hall-hire:gbp`. The same name in capitals is the same account."""
    for each in of_kind(kind, currency):
        if each.code.startswith(f"{prefix}:") and each.name.casefold() == name.casefold():
            return each.code
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "account"
    # So many accounts of one name in other letters are more than anybody keeps.
    codes = [f"{prefix}:{slug}:{currency}", *(f"{prefix}:{slug}-{number}:{currency}" for number in range(2, 1000))]
    taken = {each.code for each in of_kind(kind, currency)} | set(chart(currency))
    code = next(each for each in codes if each not in taken)
    open_account(code, kind, name, currency)
    return code
