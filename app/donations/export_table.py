"""Donations as a table for CSV and XLSX; who gave stands in it only when that is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, select, type_coerce

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.donations.by_hand import GiftByHand
from app.donations.donation import RECEIVED, Donation
from app.extensions import Instant
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.ledger.exports.cells import amount, guarded
from app.ledger.exports.ledger_table import control
from app.ledger.exports.selection import Total
from app.ledger.exports.table import Table

_D: Any = Donation.__table__
_COLUMNS = ("reference", "received_on", "appeal", "branch", "method", "currency", "amount", "kept")
_NAMES = ("name", "email", "address", "postcode")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Received donations of local days, both included; of an appeal's and a branch's reference, empty for all."""

    from_on: date
    to_on: date
    appeal: str = ""
    branch: str = ""


def donation_table(connection: Connection, wanted: Wanted, totals: Sequence[Total], *, names: bool) -> Table:
    """The wanted donations; `totals` are what they come to, read from the same connection."""
    return Table(
        name="donations",
        columns=_COLUMNS + (_NAMES if names else ()),
        rows=_rows(connection, wanted, names),
        count=sum(total.lines for total in totals),
        amounts=frozenset([6, 7]),
        days=frozenset([1]),
        control=control(totals),
    )


def donation_totals(connection: Connection, wanted: Wanted) -> list[Total]:
    """The control totals: how many donations, what was received, and nothing going out; by currency."""
    sums = _within(select(_D.c.currency, func.count(), func.sum(_D.c.amount_minor)), wanted).group_by(_D.c.currency)
    return [Total(row[0], row[1], int(row[2]), 0) for row in connection.execute(sums.order_by(_D.c.currency))]


def _rows(connection: Connection, wanted: Wanted, names: bool) -> Iterator[tuple[str, ...]]:
    columns = (
        _D.c.reference, _D.c.received_at, Appeal.title, Branch.name, _D.c.method, _D.c.currency, _D.c.amount_minor,
        _kept(), *((_D.c.name, _D.c.email, _D.c.address, _D.c.postcode) if names else ()),
    )  # fmt: skip
    found = _within(select(*columns), wanted).order_by(_D.c.received_at, _D.c.id)
    for reference, received_at, appeal, branch, method, currency, minor, kept, *who in connection.execute(found):
        yield (
            reference,
            clock.local_day(received_at).isoformat(),
            guarded(appeal),
            guarded(branch or ""),
            method,
            currency,
            amount(minor, currency),
            amount(int(kept or 0), currency),
            *(guarded(" ".join((each or "").split())) for each in who),
        )


def _kept() -> Any:
    """What the income accounts have of a donation: the entries about it, out less in, in the donation's currency.

    Of a bounced cheque nothing is kept; where one line of the bank takes several back, that entry is about the line.
    """
    gone, come = Account.__table__.alias("gone"), Account.__table__.alias("come")
    income = case((gone.c.kind == "income", 1), else_=0) - case((come.c.kind == "income", 1), else_=0)
    bounced = select(GiftByHand).where(GiftByHand.donation_id == _D.c.id, GiftByHand.bounced_on.is_not(None)).exists()
    kept = (
        select(func.sum(Transfer.amount_minor * income))
        .join_from(Entry, Transfer, Transfer.entry_id == Entry.id)
        .join(gone, gone.c.id == Transfer.from_account_id)
        .join(come, come.c.id == Transfer.to_account_id)
        .where(Entry.subject == "donation:" + _D.c.reference, Transfer.currency == _D.c.currency)
        .scalar_subquery()
    )
    return case((bounced, 0), else_=kept)


def _within(found: Any, wanted: Wanted) -> Any:
    begins, ends = _midnight(wanted.from_on), _midnight(wanted.to_on + timedelta(days=1))
    found = (
        found.join_from(_D, Appeal, Appeal.id == _D.c.appeal_id)
        .outerjoin(Branch, Branch.id == _D.c.branch_id)
        .where(and_(_D.c.state == RECEIVED, _D.c.received_at >= begins, _D.c.received_at < ends))
    )
    if wanted.appeal:
        found = found.where(Appeal.reference == wanted.appeal)
    return found.where(Branch.reference == wanted.branch) if wanted.branch else found


def _midnight(day: date) -> Any:
    """The instant at which a local day begins."""
    return type_coerce(datetime.combine(day, time(), clock.local_zone()), Instant())
