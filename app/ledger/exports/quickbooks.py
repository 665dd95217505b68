"""QuickBooks Online: bank statements of three columns, and journals by accounts' names, as its imports take them."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection

from app.ledger.exports import selection
from app.ledger.exports.bank_lines import bank_lines
from app.ledger.exports.cells import amount, guarded, plain_line
from app.ledger.exports.program_journal import program_entries
from app.ledger.exports.selection import Named, Selection
from app.ledger.exports.split import split

_JOURNAL = (
    "JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Name", "Class", "Location",
)  # fmt: skip
# 350 KB, counted in thousands to be on the safe side.
_MOST = 350_000
_ROOTS = {"asset": "Assets", "liability": "Liabilities", "equity": "Equity", "income": "Income", "expense": "Expenses"}


def statement(connection: Connection, chosen: Selection, _batch: str) -> Iterator[bytes]:
    """The files of a bank statement: minus for money out. A description begins with words, never with a number."""
    rows = (
        [[each.day, plain_line(each.words, 200), amount(each.minor, each.currency)]]
        for each in bank_lines(connection, chosen)
    )
    return split([("Date", "Description", "Amount")], rows, octets=_MOST)


def journals(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The files of journals: each amount is a debit or a credit, and the other one is left blank."""
    names = _names(selection.accounts(connection))
    groups = (
        [
            [
                f"{batch}-{first.entry_id}", day, names[each.account_id],
                amount(each.minor, each.currency) if each.minor > 0 else "",
                amount(-each.minor, each.currency) if each.minor < 0 else "",
                guarded(f"{first.memo} {first.subject}"), "", "", "",
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )  # fmt: skip
    return split([_JOURNAL], groups, octets=_MOST)


def _names(accounts: dict[int, Named]) -> dict[int, str]:
    """'Income:Keep the press turning'; accounts of one name are told apart by their codes."""
    plain = {
        account_id: f"{_ROOTS[each.kind]}:{plain_line(each.name.replace(':', ' '), 90)}"
        for account_id, each in accounts.items()
    }
    often = Counter(plain.values())
    return {
        account_id: name if often[name] == 1 else f"{name} ({accounts[account_id].code.replace(':', ' ')})"
        for account_id, name in plain.items()
    }
