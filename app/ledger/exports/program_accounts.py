"""Our accounts in the books of an accounting program: the code there and the tax rate, as the organisation says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Connection, ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key, db
from app.ledger.accounts import Account
from app.ledger.entries import Transfer
from app.ledger.exports import selection
from app.ledger.exports.selection import Named, Selection
from app.money import home_currency

# The programs that take journals, with the tax rate by which they know what is outside the scope of VAT, as gifts are.
NO_TAX = {"xero": "No VAT", "quickbooks": "", "sage-50": "T9"}


class ProgramAccount(Base):
    """What one of our accounts is called in a program's books. `clearing`: it is not the account itself but a clearing
    account, which the lines of the account's own statement meet in that program."""

    __tablename__ = "program_accounts"
    __table_args__ = (UniqueConstraint("program", "account_id"), CheckConstraint("code <> ''", name="code"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    program: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    code: Mapped[str] = mapped_column(String(120))
    tax_rate: Mapped[str] = mapped_column(String(60))
    clearing: Mapped[bool] = mapped_column(Boolean, default=False)


@dataclass(frozen=True, slots=True)
class There:
    """One of our accounts in a program's books."""

    code: str
    tax_rate: str
    clearing: bool


_P: Any = ProgramAccount.__table__


def of(connection: Connection, program: str) -> dict[int, There]:
    """Which of our accounts (by id) have a code in a program's books, and which."""
    rows = connection.execute(
        select(_P.c.account_id, _P.c.code, _P.c.tax_rate, _P.c.clearing).where(_P.c.program == program)
    )
    return {row[0]: There(row[1], row[2], bool(row[3])) for row in rows}


def used(connection: Connection, chosen: Selection) -> dict[int, Named]:
    """The accounts in the home currency that the chosen entries, whole, post to, by id in the order of their codes."""
    ids = selection.accounts_posted_to(connection, chosen)
    home = home_currency()
    return {
        account_id: named
        for account_id, named in selection.accounts(connection).items()
        if account_id in ids and named.currency == home
    }


def missing(connection: Connection, program: str, chosen: Selection) -> list[Named]:
    """The accounts that a journal of these entries would post to and that have no code in the program's books."""
    known = of(connection, program)
    return [named for account_id, named in used(connection, chosen).items() if account_id not in known]


def ever_used() -> Sequence[Account]:
    """The accounts in the home currency that anything was ever posted to, in the order of their codes."""
    moved = select(Transfer.line).where(
        (Transfer.from_account_id == Account.id) | (Transfer.to_account_id == Account.id)
    )
    return db.session.scalars(
        select(Account).where(Account.currency == home_currency(), moved.exists()).order_by(Account.code)
    ).all()


def keep(program: str, account_id: int, there: There | None) -> None:
    """Say what an account is called in a program's books; without `there`, that nobody says. The caller commits."""
    mine = (_P.c.program == program) & (_P.c.account_id == account_id)
    if there is None:
        db.session.execute(delete(_P).where(mine))
        return
    values = {"code": there.code, "tax_rate": there.tax_rate, "clearing": there.clearing}
    db.session.execute(
        postgresql.insert(_P)
        .values(program=program, account_id=account_id, **values)
        .on_conflict_do_update(index_elements=["program", "account_id"], set_=values)
    )
