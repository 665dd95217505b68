"""The journal for beancount: every entry, and the accounts' balances asserted at the turn of each month.

https://beancount.github.io/docs/beancount_language_syntax.html
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from app.ledger.exports import journal, selection
from app.ledger.exports.account_names import CARRIED, plain_name
from app.ledger.exports.ledger_table import control
from app.ledger.exports.selection import Named, Selection, Total
from app.ledger.exports.tables import amount


def beancount(connection: Connection, chosen: Selection, totals: Sequence[Total], batch: str) -> Iterator[str]:
    """The file, an entry at a time. Balances are asserted at a day's beginning: a month's end is the next day."""
    accounts = selection.accounts(connection)
    names = {account_id: plain_name(each) for account_id, each in accounts.items()}
    held = journal.before(connection, chosen)
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
    for first, postings in journal.entries(connection, chosen):
        yield (
            f"\n{first.booked_on} * {_quoted(first.memo)}\n"
            f'  entry: "{first.entry_id}"\n  source: {_quoted(first.source)}\n  subject: {_quoted(first.subject)}\n'
        )
        for each in postings:
            yield f"  {names[each.account_id]}  {amount(each.minor, each.currency)} {each.currency.upper()}\n"
    yield "\n"
    for end, balances in journal.month_ends(connection, chosen):
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
