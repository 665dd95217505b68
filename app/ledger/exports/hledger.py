"""The journal for hledger, which ledger reads as well: every entry in the order of its day, and the accounts' balances
asserted at the end of each month.

https://hledger.org/1.25/hledger.html#journal, https://ledger-cli.org/doc/ledger3.html
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from app.ledger.exports import journal, selection
from app.ledger.exports.account_names import CARRIED, plain_name
from app.ledger.exports.ledger_table import control
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.tables import amount
from app.money import decimals


def hledger(connection: Connection, chosen: Selection, totals: Sequence[Total], batch: str) -> Iterator[str]:
    """The file, an entry at a time. Assertions hold in the order of the file, so each comes after its day's entries."""
    accounts = selection.accounts(connection)
    names = {account_id: plain_name(each) for account_id, each in accounts.items()}
    money = {account_id: each.currency for account_id, each in accounts.items()}
    held = journal.before(connection, chosen)
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
    ends = deque(journal.month_ends(connection, chosen))
    for first, postings in journal.entries(connection, chosen):
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
