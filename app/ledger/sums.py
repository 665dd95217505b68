"""Sums of lines: what some accounts took and gave in a time, whole or by the kind of entry that moved them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.ledger import holdings
from app.ledger.entries import Entry, Transfer
from app.ledger.journal import Wanted
from app.money import Money

_E: Any = Entry.__table__
_T: Any = Transfer.__table__
_reversed = aliased(Entry)


def by_kind(wanted: Wanted) -> dict[tuple[str, str], tuple[int, int]]:
    """What came to the wanted accounts and what left them, in minor units, by kind of entry and currency.

    A reversal counts as the kind that it undoes.
    """
    kind = func.coalesce(_reversed.kind, _E.c.kind)
    sums: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for column, coming in ((_T.c.to_account_id, True), (_T.c.from_account_id, False)):
        rows = db.session.execute(
            select(kind, _T.c.currency, func.sum(_T.c.amount_minor))
            .join_from(_E, _T, _T.c.entry_id == _E.c.id)
            .outerjoin(_reversed, _reversed.id == _E.c.reverses_id)
            .where(_E.c.booked_on.between(wanted.first, wanted.last), column.in_(wanted.account_ids or ()))
            .group_by(kind, _T.c.currency)
        )
        for name, currency, minor in rows:
            come, gone = sums[name, currency]
            sums[name, currency] = (come + int(minor), gone) if coming else (come, gone + int(minor))
    return dict(sums)


def moved(wanted: Wanted) -> list[tuple[Money, Money]]:
    """What came to the wanted accounts and what left them: a pair for each currency."""
    if wanted.kinds:
        found: Iterable[tuple[str, int, int]] = (
            (currency, *sums) for (kind, currency), sums in by_kind(wanted).items() if kind in wanted.kinds
        )
    else:
        found = (
            (each.currency, each.in_minor, each.out_minor)
            for each in holdings.between(wanted.first, wanted.last, wanted.account_ids)
        )
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for currency, come, gone in found:
        totals[currency][0] += come
        totals[currency][1] += gone
    return [(Money(totals[each][0], each), Money(totals[each][1], each)) for each in sorted(totals)]
