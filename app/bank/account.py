"""Bank accounts: which there are, and which account of the ledger each of them is."""

import re
import secrets
import unicodedata
from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.ledger import accounts, posting
from app.ledger.accounts import Account
from app.money import Money
from app.subject import Subject

# The first account in a currency has this code in the ledger; a further one has a name of its own in it.
_FIRST = "assets:bank"


class BankAccount(Base):
    """One account at a bank. `last_digits` are all that is kept of its number, to know a wrong file by."""

    __tablename__ = "bank_accounts"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    last_digits: Mapped[str] = mapped_column(String(4))
    ledger_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    opened_at: Mapped[datetime]


def open_account(name: str, currency: str, last_digits: str) -> BankAccount:
    """Add a bank account, and its account in the ledger; the caller commits. `name` must be new."""
    account = BankAccount(
        reference=secrets.token_hex(8),
        name=name,
        currency=currency,
        last_digits=last_digits,
        ledger_account_id=accounts.open_account(_free_code(name, currency), "asset", name, currency),
        opened_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    return account


def begin_with(account: BankAccount, balance: Money, day: date, recorded_by: str) -> None:
    """Post what stood on the account at the end of `day`, before its first line; may be below nothing. The caller
    commits. Raises `posting.SourceConflict` when another balance was posted before."""
    if not balance.minor:
        return
    ends = ("equity:opening", ledger_code(account))
    posting.post(
        opening_source(account),
        [posting.Line(*(ends if balance.minor > 0 else ends[::-1]), Money(abs(balance.minor), account.currency))],
        kind="opening",
        subject=Subject("bank-account", account.reference),
        memo="opening balance of the bank account",
        occurred_at=noon(day),
        recorded_by=recorded_by,
    )


def ledger_code(account: BankAccount) -> str:
    """The code of the ledger's account for a bank account."""
    return db.session.get_one(Account, account.ledger_account_id).code


def opening_source(account: BankAccount) -> str:
    """The source of the entry with which an account begins."""
    return f"bank-opening:{account.reference}"


def noon(day: date) -> datetime:
    """The middle of a local day, for what a bank dates by the day alone."""
    return datetime.combine(day, time(12), clock.local_zone())


def _free_code(name: str, currency: str) -> str:
    """The ledger's code for a new account: the plain one if it is free, else one with the account's name in it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "account"
    names = [_FIRST, f"{_FIRST}:{slug}", *(f"{_FIRST}:{slug}-{number}" for number in range(2, 100))]
    taken = set(db.session.scalars(select(Account.code).join(BankAccount, BankAccount.ledger_account_id == Account.id)))
    return next(code for each in names if (code := f"{each}:{currency}") not in taken)
