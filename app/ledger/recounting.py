"""Recounting: every kept balance worked out again from the transfers, and the rows that are not what they must be.

The database groups a million transfers in one pass over each of their two ends; the few sums that come of it are
compared here. Joined with the kept balances in SQL, the same work took SQLite four times as long
(docs/performance.md).
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, TextClause, bindparam, text

from app.extensions import db
from app.ledger import entries as gifts_of

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
_KEPT = "SELECT account_id, out_minor, in_minor, gifts FROM balances"
_KEPT_DAYS = "SELECT account_id, booked_on, out_minor, in_minor FROM daily_balances"

# Out, in, and the number of gifts.
_Sums = tuple[int, int, int]
_NOTHING: _Sums = (0, 0, 0)


def differences() -> tuple[Iterator[tuple[str, str]], Iterator[tuple[str, str]]]:
    """The rows of `balances`, then those of `daily_balances`, that differ from the transfers: each row's name, and
    what is wrong there, in the order of their accounts and days."""
    counted: dict[int, _Sums] = defaultdict(lambda: _NOTHING)
    days: dict[tuple[int, Any], _Sums] = defaultdict(lambda: _NOTHING)
    for count in _COUNTS:
        for account, day, gone, come, gifts in db.session.execute(*_asked(count)):
            more = int(gone), int(come), int(gifts)
            counted[account] = _plus(counted[account], more)
            days[account, day] = _plus(days[account, day], more)
    kept = {account: (gone, come, gifts) for account, gone, come, gifts in db.session.execute(text(_KEPT))}
    kept_days = {(account, day): (gone, come) for account, day, gone, come in db.session.execute(text(_KEPT_DAYS))}
    return _of_accounts(kept, counted), _of_days(kept_days, days)


def _asked(count: str) -> tuple[TextClause, dict[str, object]]:
    """The question, with the kinds that count as gifts where it wants to know them."""
    if ":gifts" not in count:
        return text(count), {}
    kinds = bindparam("gifts", expanding=True, literal_execute=True, type_=String)
    return text(count).bindparams(kinds), {"gifts": gifts_of.COUNTED}


def _plus(some: _Sums, more: _Sums) -> _Sums:
    return some[0] + more[0], some[1] + more[1], some[2] + more[2]


def _of_accounts(kept: dict[int, _Sums], counted: dict[int, _Sums]) -> Iterator[tuple[str, str]]:
    for account in sorted({*kept, *counted}):
        (gone, come, gifts), (out, into, given) = kept.get(account, _NOTHING), counted.get(account, _NOTHING)
        if (gone, come, gifts) != (out, into, given):
            sums = f"the transfers come to out {out}, in {into}, gifts {given}"
            yield f"balances {account}", f"keeps out {gone}, in {come}, gifts {gifts} but {sums}"


def _of_days(
    kept: dict[tuple[int, Any], tuple[int, int]], counted: dict[tuple[int, Any], _Sums]
) -> Iterator[tuple[str, str]]:
    for account, day in sorted({*kept, *counted}):
        (gone, come), (out, into, _) = kept.get((account, day), (0, 0)), counted.get((account, day), _NOTHING)
        if (gone, come) != (out, into):
            sums = f"the transfers come to out {out}, in {into}"
            yield f"daily_balances {account}/{day}", f"keeps out {gone}, in {come} but {sums}"
