"""The journal for beancount: every entry, and the accounts' balances asserted at the turn of each month.

https://beancount.github.io/docs/beancount_language_syntax.html

The journal for hledger, which ledger reads as well: every entry in the order of its day, and the accounts' balances
asserted at the end of each month.

https://hledger.org/1.25/hledger.html#journal, https://ledger-cli.org/doc/ledger3.html

The journal: whole entries one after the other, and what the accounts held at the turns of months.

How plain-text accounting names our accounts: five roots, capital letters, colons.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, func, select

from app.ledger.balances import DailyBalance
from app.ledger.exports import selection
from app.ledger.exports.ledger_table import control
from app.ledger.exports.selection import ExportedTransfer, Named, Selection, Total
from app.ledger.exports.tables import amount
from app.money import decimals

_DAYS: Any = DailyBalance.__table__


@dataclass(frozen=True, slots=True)
class Posting:
    """One end of a transfer: positive where the amount came to the account."""

    account_id: int
    minor: int
    currency: str


def entries(connection: Connection, chosen: Selection) -> Iterator[tuple[ExportedTransfer, list[Posting]]]:
    """Each entry that touches a chosen account, whole: its first transfer for what it says, and its postings."""
    for _, group in groupby(selection.moved(connection, chosen, whole_entries=True), attrgetter("entry_id")):
        transfers = list(group)
        postings = []
        for each in transfers:
            postings.append(Posting(each.from_id, -each.amount_minor, each.currency))
            postings.append(Posting(each.to_id, each.amount_minor, each.currency))
        yield transfers[0], postings


def before(connection: Connection, chosen: Selection) -> dict[int, int]:
    """What each chosen account held before the first day, by its id, from the daily balances."""
    rows = connection.execute(_held(chosen).where(_DAYS.c.booked_on < chosen.from_on))
    return {account: int(minor) for account, minor in rows if minor}


def month_ends(connection: Connection, chosen: Selection) -> Iterator[tuple[date, dict[int, int]]]:
    """The last day of each month that is touched, the selection's last day included, and what each chosen account
    that has ever moved held at its end."""
    held = before(connection, chosen)
    days = select(_DAYS.c.booked_on, _DAYS.c.account_id, _DAYS.c.in_minor - _DAYS.c.out_minor)
    days = _of(days.where(_DAYS.c.booked_on.between(chosen.from_on, chosen.to_on)), chosen).order_by(_DAYS.c.booked_on)
    end = None
    for day, account, minor in connection.execute(days):
        if end is not None and day > end:
            yield end, dict(held)
        end = min(_month_end(day), chosen.to_on)
        held[account] = held.get(account, 0) + int(minor)
    if held:
        yield chosen.to_on, held


def _held(chosen: Selection) -> Any:
    held = select(_DAYS.c.account_id, func.sum(_DAYS.c.in_minor - _DAYS.c.out_minor)).group_by(_DAYS.c.account_id)
    return _of(held, chosen)


def _of(found: Any, chosen: Selection) -> Any:
    return found if chosen.account_ids is None else found.where(_DAYS.c.account_id.in_(chosen.account_ids))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
# What held the books' money before the first exported day.
CARRIED = "Equity:Carried-Forward"


def plain_name(account: Named) -> str:
    """The name in beancount and hledger: 'assets:stripe:gbp' is 'Assets:Stripe:GBP'.

    Each part begins with a capital or a digit and holds letters, digits and hyphens (beancount.github.io/docs,
    "Language Syntax", accounts).
    """
    parts = account.code.split(":")
    root = _ROOTS[account.kind]
    if parts[0] in (root.lower(), "suspense"):
        # What waits in suspense keeps its word, since its root says only that it is an asset.
        parts = parts[1:] if parts[0] != "suspense" else parts
    named = [_part(each) for each in parts[:-1]] + [account.currency.upper()]
    return ":".join([root, *named])


def _part(text: str) -> str:
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in text)
    plain = plain.lstrip("-") or "X"
    return plain[0].upper() + plain[1:]


def beancount(connection: Connection, chosen: Selection, totals: Sequence[Total], batch: str) -> Iterator[str]:
    """The file, an entry at a time. Balances are asserted at a day's beginning: a month's end is the next day."""
    accounts = selection.accounts(connection)
    names = {account_id: plain_name(each) for account_id, each in accounts.items()}
    held = before(connection, chosen)
    yield f"; Whipround, batch {batch}, {chosen.from_on} to {chosen.to_on}\n"
    yield from (f"; {' | '.join(line)}\n" for line in control(totals))
    # What was held before the first day is carried forward on the day before it.
    eve = chosen.from_on - timedelta(days=1)
    yield "\n"
    for account_id, account in accounts.items():
        yield f"{eve} open {names[account_id]} {account.currency.upper()}\n  name: {_quoted(account.name)}\n"
    if held:
        yield f"{eve} open {CARRIED}\n"
        yield from _carried(held, accounts, names, f"{eve}")
    for first, postings in entries(connection, chosen):
        yield (
            f"\n{first.booked_on} * {_quoted(first.memo)}\n"
            f'  entry: "{first.entry_id}"\n  source: {_quoted(first.source)}\n  subject: {_quoted(first.subject)}\n'
        )
        for each in postings:
            yield f"  {names[each.account_id]}  {amount(each.minor, each.currency)} {each.currency.upper()}\n"
    yield "\n"
    for end, balances in month_ends(connection, chosen):
        for account_id, minor in sorted(balances.items()):
            currency = accounts[account_id].currency
            day = end + timedelta(days=1)
            yield f"{day} balance {names[account_id]}  {amount(minor, currency)} {currency.upper()}\n"


def _carried(held: dict[int, int], accounts: dict[int, Named], names: dict[int, str], day: str) -> Iterator[str]:
    yield f'\n{day} * "carried forward"\n'
    for account_id, minor in held.items():
        currency = accounts[account_id].currency
        yield f"  {names[account_id]}  {amount(minor, currency)} {currency.upper()}\n"
        yield f"  {CARRIED}  {amount(-minor, currency)} {currency.upper()}\n"


def _quoted(text: str) -> str:
    said = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{said}"'


def hledger(connection: Connection, chosen: Selection, totals: Sequence[Total], batch: str) -> Iterator[str]:
    """The file, an entry at a time. Assertions hold in the order of the file, so each comes after its day's entries."""
    accounts = selection.accounts(connection)
    names = {account_id: plain_name(each) for account_id, each in accounts.items()}
    money = {account_id: each.currency for account_id, each in accounts.items()}
    held = before(connection, chosen)
    yield f"; Whipround, batch {batch}, {chosen.from_on} to {chosen.to_on}\n"
    yield from (f"; {' | '.join(line)}\n" for line in control(totals))
    yield "\n"
    for currency in sorted(set(money.values())):
        places = decimals(currency)
        example = f"1000.{'0' * places}" if places else "1000."
        yield f"commodity {currency.upper()}\n    format {example} {currency.upper()}\n"
    yield "tag source\ntag subject\n"
    for account_id, account in accounts.items():
        yield f"account {names[account_id]}\n    ; {_plain(account.name)}\n"
    if held:
        yield f"account {CARRIED}\n\n{chosen.from_on - timedelta(days=1)} * carried forward\n"
    for account_id, minor in held.items():
        yield _posting(names[account_id], minor, money[account_id])
        yield _posting(CARRIED, -minor, money[account_id])
    # There are few: the accounts that moved, once a month.
    ends = deque(month_ends(connection, chosen))
    for first, postings in entries(connection, chosen):
        while ends and ends[0][0].isoformat() < first.booked_on:
            yield from _asserted(*ends.popleft(), names, money)
        yield f"\n{first.booked_on} * ({first.entry_id}) {_plain(first.memo)}\n"
        yield f"    ; source: {_plain(first.source)}\n    ; subject: {_plain(first.subject)}\n"
        for each in postings:
            yield _posting(names[each.account_id], each.minor, each.currency)
    for end, balances in ends:
        yield from _asserted(end, balances, names, money)


def _asserted(end: date, balances: dict[int, int], names: dict[int, str], money: dict[int, str]) -> Iterator[str]:
    yield f"\n{end} * balances at the end of the day\n"
    for account_id, minor in sorted(balances.items()):
        sign = money[account_id].upper()
        yield f"    {names[account_id]}  0 {sign} = {amount(minor, money[account_id])} {sign}\n"


def _posting(name: str, minor: int, currency: str) -> str:
    return f"    {name}  {amount(minor, currency)} {currency.upper()}\n"


def _plain(text: str) -> str:
    """Text on one line that begins no comment, and no note after a payee."""
    return " ".join(text.replace(";", ",").replace("|", "/").split())
