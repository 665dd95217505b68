"""Donations and counted cash as a table for CSV and XLSX; who gave stands in it only when that is asked for.

What is in it is what the appeals received in the chosen days, gift by gift and count by count. What is not: see
`LEFT_OUT`, which is said wherever the table is.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, type_coerce

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.database import Instant
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import CARD, CASH, RECEIVED, Donation
from app.donors.donor import Donor
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.ledger.exports.ledger_table import control
from app.ledger.exports.selection import Total
from app.ledger.exports.tables import Table, amount, guarded
from app.receipts.receipt import ISSUED, Receipt
from app.subject import Subject

_D: Any = Donation.__table__
_C: Any = CountSheet.__table__
_COLUMNS = (
    "kind",
    "reference",
    "received_on",
    "receipt",
    "appeal",
    "branch",
    "method",
    "currency",
    "amount",
    "kept",
    "fee",
    "net",
    "donor",
    "consents",
)
_GIFT, _COUNT = "donation", "cash count"
# The one consent that a gift can carry by now.
_NAME_MAY_BE_SHOWN = "name may be shown"
_NAMES = ("name", "email", "address", "postcode")

# What somebody who adds the table up might miss in it.
LEFT_OUT = (
    "gifts that are promised but not received",
    "money received that does not belong to a gift yet",
    "interest and other income not raised by an appeal",
    "corrections to income entered in the ledger by hand",
    "fees of gifts that Stripe settled in another currency or has not settled yet: these are left blank",
)


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Received donations of local days, both included; of an appeal's and a branch's reference, empty for all.

    `also` are further conditions for gifts that were looked for; counted cash is then no part of it.
    """

    from_on: date
    to_on: date
    appeal: str = ""
    branch: str = ""
    also: tuple[ColumnElement[bool], ...] | None = None


def donation_table(connection: Connection, wanted: ExportFilter, totals: Sequence[Total], *, names: bool) -> Table:
    """The wanted donations; `totals` are what they come to, read from the same connection."""
    return Table(
        name="donations",
        columns=_COLUMNS + (_NAMES if names else ()),
        rows=_rows(connection, wanted, names),
        count=sum(total.lines for total in totals),
        amounts=frozenset([8, 9, 10, 11]),
        days=frozenset([2]),
        control=control(totals),
    )


def donation_totals(connection: Connection, wanted: ExportFilter) -> list[Total]:
    """The control totals: how many donations and counts, what was received, and nothing going out; by currency."""
    gifts = _within(select(_D.c.currency, func.count(), func.sum(_D.c.amount_minor)), wanted).group_by(_D.c.currency)
    sums: dict[str, tuple[int, int]] = {row[0]: (row[1], int(row[2])) for row in connection.execute(gifts)}
    counts = _counts(select(_C.c.currency, _counted()), wanted)
    for row in [] if wanted.also is not None else connection.execute(counts):
        lines, minor = sums.get(row[0], (0, 0))
        sums[row[0]] = lines + 1, minor + int(row[1] or 0)
    return [Total(currency, *sums[currency], 0) for currency in sorted(sums)]


def _rows(connection: Connection, wanted: ExportFilter, names: bool) -> Iterator[tuple[str, ...]]:
    """Gifts and counts in the order of their days; of counts there are few, so they wait in memory."""
    blank = ("",) * (len(_NAMES) if names else 0)
    counts = [] if wanted.also is not None else [(*row, *blank) for row in _count_rows(connection, wanted)]
    yield from heapq.merge(_gift_rows(connection, wanted, names), counts, key=itemgetter(2))


def _gift_rows(connection: Connection, wanted: ExportFilter, names: bool) -> Iterator[tuple[str, ...]]:
    into = select(Donor.merged_into_id).where(Donor.merged_into_id.is_not(None))
    merged: dict[int, int | None] = {
        row[0]: row[1] for row in connection.execute(into.with_only_columns(Donor.id, Donor.merged_into_id))
    }
    heads: dict[int, str] = {
        row[0]: row[1] for row in connection.execute(select(Donor.id, Donor.reference).where(Donor.id.in_(into)))
    }
    columns = (
        _D.c.reference,
        _D.c.received_at,
        Receipt.series,
        Receipt.number,
        Appeal.title,
        Branch.name,
        func.coalesce(_D.c.paid_by, _D.c.method),
        _D.c.currency,
        _D.c.amount_minor,
        _net(Subject.of("donation", _D.c.reference), _D.c.currency),
        _fee(),
        _D.c.donor_id,
        Donor.reference,
        _D.c.name_may_be_shown,
        *((_D.c.name, _D.c.email, _D.c.address, _D.c.postcode) if names else ()),
    )
    counts = (Receipt.donation_id == _D.c.id) & (Receipt.state == ISSUED)
    found = _within(select(*columns), wanted).outerjoin(Donor, Donor.id == _D.c.donor_id).outerjoin(Receipt, counts)
    for (
        reference,
        received_at,
        series,
        number,
        appeal,
        branch,
        method,
        currency,
        minor,
        net,
        fee,
        donor_id,
        donor,
        shown,
        *who,
    ) in connection.execute(found.order_by(_D.c.received_at, _D.c.id)):
        head: int | None = donor_id
        while head in merged:
            head = merged[head]
        yield (
            _GIFT,
            reference,
            clock.local_day(received_at).isoformat(),
            _printed(series, number),
            guarded(appeal),
            guarded(branch or ""),
            method,
            currency,
            amount(minor, currency),
            amount(int(net or 0), currency),
            "" if fee is None else amount(int(fee), currency),
            "" if fee is None else amount(int(net or 0) - int(fee), currency),
            heads.get(head or 0, donor or ""),
            _NAME_MAY_BE_SHOWN if shown else "",
            *(guarded(" ".join((each or "").split())) for each in who),
        )


def _count_rows(connection: Connection, wanted: ExportFilter) -> Iterator[tuple[str, ...]]:
    columns = (
        _C.c.reference,
        _C.c.counted_on,
        Appeal.title,
        Branch.name,
        _C.c.currency,
        _counted(),
        _net(Subject.of("count", _C.c.reference), _C.c.currency),
    )
    found = _counts(select(*columns), wanted).order_by(_C.c.counted_on, _C.c.id)
    for reference, day, appeal, branch, currency, minor, net in connection.execute(found):
        held = amount(int(net or 0), currency)
        yield (
            _COUNT,
            reference,
            day.isoformat(),
            "",
            guarded(appeal),
            guarded(branch or ""),
            CASH,
            currency,
            amount(int(minor or 0), currency),
            held,
            amount(0, currency),
            held,
            "",
            "",
        )


def _printed(series: str | None, number: int | None) -> str:
    return "" if number is None else f"{series}-{number:06d}"


def _fee() -> Any:
    """What Stripe took for a gift, less what it gave back, in the gift's currency; nothing where none was taken, and
    null where it was taken in another currency or is not known yet."""
    gone, come = Account.__table__.alias("fee_gone"), Account.__table__.alias("fee_come")
    sign = case((come.c.kind == "expense", 1), else_=-1)
    taken = (
        select(func.sum(Transfer.amount_minor * sign))
        .join_from(Entry, Transfer, Transfer.entry_id == Entry.id)
        .join(gone, gone.c.id == Transfer.from_account_id)
        .join(come, come.c.id == Transfer.to_account_id)
        .where(
            Entry.subject == Subject.of("donation", _D.c.reference),
            Transfer.currency == _D.c.currency,
            ((gone.c.kind == "asset") & (come.c.kind == "expense"))
            | ((gone.c.kind == "expense") & (come.c.kind == "asset")),
        )
        .scalar_subquery()
    )
    return case((_D.c.method == CARD, taken), else_=0)


def _counted() -> Any:
    """What a count brought when it was counted, whatever became of it since."""
    return (
        select(func.sum(Transfer.amount_minor))
        .join_from(Entry, Transfer, Transfer.entry_id == Entry.id)
        .where(Entry.source == Subject.of("count", _C.c.reference))
        .scalar_subquery()
    )


def _net(subject: Any, currency: Any) -> Any:
    """What the income accounts have of a donation or a count: the entries about it, out less in, in its currency.

    Of a bounced cheque nothing is kept; where one line of the bank takes several back, that entry is about the line.
    """
    gone, come = Account.__table__.alias("gone"), Account.__table__.alias("come")
    income = case((gone.c.kind == "income", 1), else_=0) - case((come.c.kind == "income", 1), else_=0)
    bounced = select(GiftByHand).where(GiftByHand.donation_id == _D.c.id, GiftByHand.bounced_on.is_not(None)).exists()
    net = (
        select(func.sum(Transfer.amount_minor * income))
        .join_from(Entry, Transfer, Transfer.entry_id == Entry.id)
        .join(gone, gone.c.id == Transfer.from_account_id)
        .join(come, come.c.id == Transfer.to_account_id)
        .where(Entry.subject == subject, Transfer.currency == currency)
        .scalar_subquery()
    )
    return net if currency.table is _C else case((bounced, 0), else_=net)


def _within(found: Any, wanted: ExportFilter) -> Any:
    begins, ends = _midnight(wanted.from_on), _midnight(wanted.to_on + timedelta(days=1))
    found = (
        found.join_from(_D, Appeal, Appeal.id == _D.c.appeal_id)
        .outerjoin(Branch, Branch.id == _D.c.branch_id)
        .where(and_(_D.c.state == RECEIVED, _D.c.received_at >= begins, _D.c.received_at < ends))
    )
    if wanted.appeal:
        found = found.where(Appeal.reference == wanted.appeal)
    if wanted.also:
        found = found.where(*wanted.also)
    return found.where(Branch.reference == wanted.branch) if wanted.branch else found


def _counts(found: Any, wanted: ExportFilter) -> Any:
    found = (
        found.join_from(_C, Appeal, Appeal.id == _C.c.appeal_id)
        .outerjoin(Branch, Branch.id == _C.c.branch_id)
        .where(_C.c.counted_on.between(wanted.from_on, wanted.to_on))
    )
    if wanted.appeal:
        found = found.where(Appeal.reference == wanted.appeal)
    # Of a sheet that is all from people with a name nothing is left: its lines are the gifts.
    found = found.where(_C.c.named_minor < _C.c.amount_minor)
    return found.where(Branch.reference == wanted.branch) if wanted.branch else found


def _midnight(day: date) -> Any:
    """The instant at which a local day begins."""
    return type_coerce(datetime.combine(day, time(), clock.local_zone()), Instant())
