"""Verifying: every balance recomputed from the transfers, every rule of the books checked again, row by row.

Recounting: every kept balance worked out again from the transfers, and the rows that are not what they must be.

The database groups a million transfers in one pass over each of their two ends; the few sums that come of it are
compared here. Joined with the kept balances in SQL, the same work took SQLite four times as long
(docs/performance.md).
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import String, TextClause, bindparam, func, select, text

from app.database import db
from app.ledger import entries as gifts_of
from app.ledger.closing import Closing
from app.ledger.entries import Entry

# What went out of each account and what came into it, day by day. An entry counts as a gift once for each account that
# it takes one from, and once less for each account that its reversal gives it back to. Almost every gift has one line,
# so those beyond the first are looked for apart: with a subquery in it, PostgreSQL would not share the great sum among
# its processes.
_COUNTS = (
    """
    SELECT t.from_account_id, e.booked_on, sum(t.amount_minor), 0,
      sum(CASE WHEN e.kind IN :gifts AND t.line = 1 THEN 1 ELSE 0 END)
    FROM transfers t JOIN entries e ON e.id = t.entry_id GROUP BY t.from_account_id, e.booked_on
    """,
    """
    SELECT t.to_account_id, e.booked_on, 0, sum(t.amount_minor), 0
    FROM transfers t JOIN entries e ON e.id = t.entry_id GROUP BY t.to_account_id, e.booked_on
    """,
    """
    SELECT t.from_account_id, e.booked_on, 0, 0, 1 FROM transfers t JOIN entries e ON e.id = t.entry_id
    WHERE t.line > 1 AND e.kind IN :gifts AND NOT EXISTS (
      SELECT 1 FROM transfers u
      WHERE u.entry_id = t.entry_id AND u.line < t.line AND u.from_account_id = t.from_account_id)
    """,
    """
    SELECT t.to_account_id, r.booked_on, 0, 0, -1
    FROM entries r JOIN entries e ON e.id = r.reverses_id JOIN transfers t ON t.entry_id = r.id
    WHERE r.reverses_id IS NOT NULL AND e.kind IN :gifts AND NOT EXISTS (
      SELECT 1 FROM transfers u
      WHERE u.entry_id = t.entry_id AND u.line < t.line AND u.to_account_id = t.to_account_id)
    """,
)
_STORED = "SELECT account_id, out_minor, in_minor, gifts FROM balances"
_STORED_DAYS = "SELECT account_id, booked_on, out_minor, in_minor FROM daily_balances"

# Out, in, and the number of gifts.
_Sums = tuple[int, int, int]
_NOTHING: _Sums = (0, 0, 0)


def balance_differences() -> tuple[Iterator[tuple[str, str]], Iterator[tuple[str, str]]]:
    """The rows of `balances`, then those of `daily_balances`, that differ from the transfers: each row's name, and
    what is wrong there, in the order of their accounts and days."""
    counted: dict[int, _Sums] = defaultdict(lambda: _NOTHING)
    days: dict[tuple[int, Any], _Sums] = defaultdict(lambda: _NOTHING)
    for count in _COUNTS:
        for account, day, gone, come, gifts in db.session.execute(*_asked(count)):
            more = int(gone), int(come), int(gifts)
            counted[account] = _plus(counted[account], more)
            days[account, day] = _plus(days[account, day], more)
    stored = {account: (gone, come, gifts) for account, gone, come, gifts in db.session.execute(text(_STORED))}
    stored_days = {(account, day): (gone, come) for account, day, gone, come in db.session.execute(text(_STORED_DAYS))}
    return _of_accounts(stored, counted), _of_days(stored_days, days)


def _asked(count: str) -> tuple[TextClause, dict[str, object]]:
    """The question, with the kinds that count as gifts where it wants to know them."""
    if ":gifts" not in count:
        return text(count), {}
    kinds = bindparam("gifts", expanding=True, literal_execute=True, type_=String)
    return text(count).bindparams(kinds), {"gifts": gifts_of.COUNTED}


def _plus(some: _Sums, more: _Sums) -> _Sums:
    return some[0] + more[0], some[1] + more[1], some[2] + more[2]


def _of_accounts(stored: dict[int, _Sums], counted: dict[int, _Sums]) -> Iterator[tuple[str, str]]:
    for account in sorted({*stored, *counted}):
        (gone, come, gifts), (out, into, given) = stored.get(account, _NOTHING), counted.get(account, _NOTHING)
        if (gone, come, gifts) != (out, into, given):
            sums = f"the transfers come to out {out}, in {into}, gifts {given}"
            yield f"balances {account}", f"keeps out {gone}, in {come}, gifts {gifts} but {sums}"


def _of_days(
    stored: dict[tuple[int, Any], tuple[int, int]], counted: dict[tuple[int, Any], _Sums]
) -> Iterator[tuple[str, str]]:
    for account, day in sorted({*stored, *counted}):
        (gone, come), (out, into, _) = stored.get((account, day), (0, 0)), counted.get((account, day), _NOTHING)
        if (gone, come) != (out, into):
            sums = f"the transfers come to out {out}, in {into}"
            yield f"daily_balances {account}/{day}", f"keeps out {gone}, in {come} but {sums}"


# Each check is a query whose rows are faults: where (a table and its key) and what is wrong there. They do not trust
# the constraints and triggers, because whoever got round those is the one to be found.
_CHECKS = (
    """
    SELECT 'entries ' || e.id AS place, 'says ' || e.lines || ' lines but has ' || count(t.line) AS fault
    FROM entries e LEFT JOIN transfers t ON t.entry_id = e.id GROUP BY e.id, e.lines
    HAVING count(t.line) <> e.lines OR max(t.line) <> e.lines OR count(t.line) = 0 ORDER BY e.id
    """,
    """
    SELECT 'transfers ' || t.entry_id || '/' || t.line AS place, 'moves nothing, to itself or to nowhere' AS fault
    FROM transfers t LEFT JOIN entries e ON e.id = t.entry_id
    WHERE e.id IS NULL OR t.amount_minor <= 0 OR t.from_account_id = t.to_account_id
    ORDER BY t.entry_id, t.line
    """,
    """
    SELECT 'transfers ' || t.entry_id || '/' || t.line AS place, 'its currency is not that of its accounts' AS fault
    FROM transfers t LEFT JOIN accounts f ON f.id = t.from_account_id LEFT JOIN accounts g ON g.id = t.to_account_id
    WHERE f.currency IS NULL OR g.currency IS NULL OR t.currency <> f.currency OR t.currency <> g.currency
    ORDER BY t.entry_id, t.line
    """,
    """
    SELECT 'accounts ' || id AS place, 'its code does not end in its currency' AS fault
    FROM accounts WHERE code NOT LIKE '%:' || currency ORDER BY id
    """,
    """
    SELECT 'accounts ' || id AS place, 'is of the kind ' || kind || ', which its code is not' AS fault
    FROM accounts WHERE kind <> CASE
        WHEN code LIKE 'assets:%' OR code LIKE 'suspense:%' THEN 'asset' WHEN code LIKE 'liabilities:%' THEN 'liability'
        WHEN code LIKE 'equity:%' THEN 'equity' WHEN code LIKE 'income:%' THEN 'income'
        WHEN code LIKE 'expenses:%' THEN 'expense' ELSE kind END
    ORDER BY id
    """,
    """
    SELECT 'closed_through' AS place,
        'is not what was closed or opened last (' || coalesce('' || l.day, 'nothing') || ')' AS fault
    FROM closed_through c LEFT JOIN closings l ON l.id = (SELECT max(id) FROM closings)
    WHERE coalesce('' || c.day, '') <> coalesce('' || l.day, '') OR c.changed_by <> coalesce(l.changed_by, '')
        OR c.changed_at <> l.changed_at
    """,
    """
    SELECT 'entries ' || r.id AS place, 'is not the mirror image of entry ' || r.reverses_id AS fault
    FROM entries r JOIN entries e ON e.id = r.reverses_id
    WHERE r.lines <> e.lines OR EXISTS (
        SELECT 1 FROM transfers t LEFT JOIN transfers m ON m.entry_id = r.id AND m.line = t.line
          AND m.from_account_id = t.to_account_id AND m.to_account_id = t.from_account_id
          AND m.amount_minor = t.amount_minor AND m.currency = t.currency
        WHERE t.entry_id = e.id AND m.line IS NULL)
    ORDER BY r.id
    """,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the books that is not as it must be."""

    place: str
    what: str


def faults(most: int = 20) -> list[Fault]:
    """Check the whole books; the faults found, at most `most` of each kind, and an empty list for clean books."""
    found: list[Fault] = []
    for check in _CHECKS:
        rows = db.session.execute(text(check)).fetchmany(most)
        found += [Fault(row.place, row.fault) for row in rows]
    found += islice(_in_closed_months(), most)
    for differences in balance_differences():
        found += [Fault(place, what) for place, what in islice(differences, most)]
    return found


# An entry and a closing may wait for each other, but no transaction of ours lives this long.
_AT_ONCE = timedelta(hours=1)


def _in_closed_months() -> Iterator[Fault]:
    """Entries that were recorded while the month for which they count was closed."""
    closings = db.session.execute(select(Closing.changed_at, Closing.day).order_by(Closing.id)).all()
    days = [each.day for each in closings if each.day]
    if not days:
        return
    instants = [each.changed_at for each in closings]
    # Nothing can count for a closed month but what was recorded after its day.
    late = (
        select(Entry.id, Entry.booked_on, Entry.recorded_at)
        .where(Entry.booked_on < func.date(Entry.recorded_at), Entry.booked_on <= max(days))
        .order_by(Entry.id)
        .execution_options(yield_per=1000)
    )
    for row in db.session.execute(late):
        first, last = bisect(instants, row.recorded_at - _AT_ONCE), bisect(instants, row.recorded_at + _AT_ONCE)
        in_force = closings[max(first - 1, 0) : last] if first else []
        if in_force and all(each.day is not None and row.booked_on <= each.day for each in in_force):
            yield Fault(f"entries {row.id}", f"was booked on {row.booked_on}, in a month that was closed by then")
