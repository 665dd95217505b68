"""Accounts: where money is, or what it was for; one currency each, and their codes end in it.

Everybody names an account by its code. Only what writes transfers needs ids, and remembers those it has seen.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, String, UniqueConstraint, bindparam, event, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

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


_FIND = select(Account.__table__.c.id).where(Account.__table__.c.code == bindparam("code"))


def open_account(code: str, kind: str, name: str, currency: str) -> int:
    """The id of the account `code` (which ends in `:currency`), opened now if it is new."""
    found = db.session.scalar(_FIND, {"code": code})
    if found is not None:
        return int(found)
    # SQLite understands PostgreSQL's ON CONFLICT as it is.
    db.session.execute(
        postgresql.insert(Account).values(code=code, kind=kind, name=name, currency=currency).on_conflict_do_nothing()
    )
    return int(db.session.scalars(_FIND, {"code": code}).one())


# An account is never deleted and its code never changes, so a connection to the database remembers the ids it has seen
# for as long as it lives; a database that is put in another's place has connections of its own. What a transaction
# looks up may be what it has opened itself, so it is remembered only once that has been committed.
_KNOWN = "account_ids"


@dataclass(slots=True)
class _LookedUp:
    """What a transaction has looked up, and where its connection remembers it after the commit."""

    known: dict[str, int]
    new: dict[str, int]


def id_of(code: str, currency: str) -> int:
    """The id of the account that a transfer in `currency` names: by a name of the chart, without its currency
    (`assets:stripe`), which is opened when it is first needed, or by the whole code of an account that is open.

    Raises `KeyError` when there is no such account.
    """
    whole = f"{code}:{currency}" if code in _CHART else code
    known = db.session.connection().info.setdefault(_KNOWN, {})
    if whole in known:
        return int(known[whole])
    new: dict[str, int] = db.session.info.setdefault(_KNOWN, _LookedUp(known, {})).new
    if whole not in new:
        new[whole] = _find_or_open(whole, currency)
    return new[whole]


def _find_or_open(code: str, currency: str) -> int:
    found = db.session.scalar(_FIND, {"code": code})
    if found is not None:
        return int(found)
    kind, title = _CHART[code.removesuffix(f":{currency}")]
    return open_account(code, kind, title, currency)


@event.listens_for(db.session, "after_commit")
def _remember(session: Session) -> None:
    # A savepoint that is released is no commit yet.
    if not session.in_nested_transaction() and (looked_up := session.info.pop(_KNOWN, None)):
        looked_up.known.update(looked_up.new)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop(_KNOWN, None)


def find(code: str) -> Account | None:
    """The account with this code, if it is open."""
    return db.session.scalars(select(Account).where(Account.code == code)).one_or_none()


def chart(currency: str) -> dict[str, tuple[str, str]]:
    """The accounts every house has, opened or not: their codes in a currency, with kind and name."""
    return {f"{name}:{currency}": said for name, said in _CHART.items()}


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
