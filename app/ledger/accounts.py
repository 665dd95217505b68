"""Accounts: where money is, or what it was for; one currency each, and their codes end in it."""

from sqlalchemy import CheckConstraint, String, UniqueConstraint, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key, db

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


# The accounts every house has, opened when they are first needed: the code without its currency, the kind, the name.
_CHART = {
    "assets:stripe": ("asset", "Held by Stripe"),
    "liabilities:unidentified": ("liability", "Received, not yet identified"),
}


def open_account(code: str, kind: str, name: str, currency: str) -> int:
    """The id of the account `code` (which ends in `:currency`), opened now if it is new."""
    table = Account.__table__
    found = db.session.scalar(select(table.c.id).where(table.c.code == code))
    if found is not None:
        return int(found)
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    db.session.execute(
        dialect.insert(Account).values(code=code, kind=kind, name=name, currency=currency).on_conflict_do_nothing()
    )
    return int(db.session.scalars(select(table.c.id).where(table.c.code == code)).one())


def house_account(name: str, currency: str) -> int:
    """The id of one of the chart's own accounts in a currency: `house_account('assets:stripe', 'gbp')`."""
    kind, title = _CHART[name]
    return open_account(f"{name}:{currency}", kind, title, currency)
