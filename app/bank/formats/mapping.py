"""Which column of a bank's CSV file means what: kept for each account and each shape of file."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns by their place from 0. Either `amount` holds what came in, with a sign, or `money_in` and `money_out`
    hold it in two columns. `date_order` is how its days are written, `decimal` the mark before the pence.

    `marker` says in words whether an amount came in or went out; `fee` is what was taken besides the amount, `net`
    the amount less its fee. `payee` names who got what went out, where `payer` names who paid. `currency`, `account`,
    `states` and `kind` say of each row whether it is a booked payment of this account. `held_money` are all columns
    that held amounts when somebody looked at them: an amount in any other column is one that nobody has explained.
    """

    day: int
    date_order: str
    amount: int | None = None
    money_in: int | None = None
    money_out: int | None = None
    details: tuple[int, ...] = ()
    payer: int | None = None
    balance: int | None = None
    bank_id: int | None = None
    decimal: str = "."
    # Some banks write what was paid out without a sign, and what came in with one.
    out_is_positive: bool = False
    marker: int | None = None
    fee: int | None = None
    net: int | None = None
    currency: int | None = None
    account: int | None = None
    states: tuple[int, ...] = ()
    kind: int | None = None
    payee: int | None = None
    held_money: tuple[int, ...] = ()


class CsvMapping(Base):
    """A mapping that somebody looked at and kept; `shape` is that of the files it is for."""

    __tablename__ = "bank_csv_mappings"
    __table_args__ = (UniqueConstraint("account_id", "shape"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"))
    shape: Mapped[str] = mapped_column(String(64))
    columns: Mapped[str] = mapped_column(Text)
    stored_at: Mapped[datetime]


def shape_of(header: Sequence[str], width: int) -> str:
    """What makes two files of one shape: the same headings, or where there are none, as many columns."""
    named = [" ".join(each.split()).casefold() for each in header]
    return hashlib.sha256(json.dumps([width, named]).encode()).hexdigest()


def stored(account_id: int, shape: str) -> Mapping | None:
    """The mapping that was kept for an account's files of this shape; `None` for one that was kept before anybody was
    asked about all its columns, which is asked about once more."""
    row = db.session.scalar(select(CsvMapping).where(CsvMapping.account_id == account_id, CsvMapping.shape == shape))
    if row is None:
        return None
    values = json.loads(row.columns)
    if "held_money" not in values:
        return None
    return Mapping(**{**values, **{name: tuple(values[name]) for name in ("details", "states", "held_money")}})


def keep(account_id: int, shape: str, mapping: Mapping) -> None:
    """Keep a mapping for an account's files of this shape, in place of an earlier one; the caller commits."""
    row = db.session.scalar(select(CsvMapping).where(CsvMapping.account_id == account_id, CsvMapping.shape == shape))
    if row is None:
        row = CsvMapping(account_id=account_id, shape=shape)
        db.session.add(row)
    row.columns, row.stored_at = json.dumps(asdict(mapping)), clock.now()
    db.session.flush()
