"""The formats that the books can be taken out in, by their names, and what each can do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.ledger.exports import beancount, freeagent, hledger, quickbooks, sage, selection, xero
from app.ledger.exports.ledger_table import control
from app.ledger.exports.program_journal import at_home
from app.ledger.exports.selection import Selection, Total

Written = Callable[[Connection, Selection, str], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written: as a table, as a plain-text `journal`, or as `files` for an accounting program.

    `suffix` ends the file's name. `one_account`: it shows a single account, as a bank's statement does. `limited`:
    each piece of `files` is a file of its own, under the program's limit; otherwise all pieces are one file.
    """

    suffix: str
    files: Written | None = None
    journal: Callable[[Connection, Selection, Sequence[Total], str], Iterator[str]] | None = None
    one_account: bool = False
    limited: bool = False

    @property
    def whole_entries(self) -> bool:
        """Whether entries are written whole, whichever of their accounts was chosen."""
        return self.journal is not None or (self.files is not None and not self.one_account)


FORMATS = {
    "ledger-csv": Format("csv"),
    "ledger-xlsx": Format("xlsx"),
    "beancount": Format("beancount", journal=beancount.beancount),
    "hledger": Format("journal", journal=hledger.hledger),
    "xero-statement": Format("csv", xero.statement, one_account=True, limited=True),
    "xero-journals": Format("csv", xero.journals, limited=True),
    "quickbooks-statement": Format("csv", quickbooks.statement, one_account=True, limited=True),
    "quickbooks-journals": Format("csv", quickbooks.journals, limited=True),
    "freeagent-statement": Format("csv", freeagent.statement, one_account=True),
    "sage-statement": Format("csv", sage.statement, one_account=True),
    "sage-50": Format("csv", sage.audit_trail),
}


def is_for_a_program(name: str) -> bool:
    """Whether a format is for an accounting program, which would count the same postings twice."""
    return name in FORMATS and FORMATS[name].files is not None


def totals_of(connection: Connection, name: str, chosen: Selection) -> list[Total]:
    """The control totals of what a format would hold."""
    form = FORMATS[name]
    totals = selection.totals(connection, chosen, whole_entries=form.whole_entries)
    return at_home(totals) if form.files is not None and not form.one_account else totals


def words(totals: Sequence[Total]) -> str:
    """The control totals as lines of text, for the companion of files that cannot hold them."""
    return "".join(" | ".join(line) + "\r\n" for line in control(totals))
