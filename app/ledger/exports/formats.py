"""The formats that the books can be taken out in, by their names, and what each can do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.ledger.exports import accounting, plain_text, selection
from app.ledger.exports.accounting import at_home
from app.ledger.exports.ledger_table import control
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.statement_lines import StatementLine

Written = Callable[[Connection, Selection, str], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written: as a table, as a plain-text `journal`, or for an accounting `program`, either as
    journals in `files` or as the `statement` of one account.

    `suffix` ends the file's name. `limited`: each piece is a file of its own, under the program's limit; otherwise all
    pieces are one file.
    """

    suffix: str
    files: Written | None = None
    journal: Callable[[Connection, Selection, Sequence[Total], str], Iterator[str]] | None = None
    statement: Callable[[Iterable[StatementLine], str], Iterator[bytes]] | None = None
    limited: bool = False
    program: str = ""

    @property
    def one_account(self) -> bool:
        """Whether it shows a single account, as a bank's statement does."""
        return self.statement is not None

    @property
    def whole_entries(self) -> bool:
        """Whether entries are written whole, whichever of their accounts was chosen."""
        return self.journal is not None or self.files is not None


FORMATS = {
    "ledger-csv": Format("csv"),
    "ledger-xlsx": Format("xlsx"),
    "beancount": Format("beancount", journal=plain_text.beancount),
    "hledger": Format("journal", journal=plain_text.hledger),
    "xero-statement": Format("csv", statement=accounting.xero_statement, limited=True, program="xero"),
    "xero-journals": Format("csv", accounting.xero_journals, limited=True, program="xero"),
    "quickbooks-statement": Format(
        "csv", statement=accounting.quickbooks_statement, limited=True, program="quickbooks"
    ),
    "quickbooks-journals": Format("csv", accounting.quickbooks_journals, limited=True, program="quickbooks"),
    "freeagent-statement": Format("csv", statement=accounting.freeagent_statement, program="freeagent"),
    "sage-statement": Format("csv", statement=accounting.sage_statement, program="sage-accounting"),
    "sage-50": Format("csv", accounting.sage_journals, program="sage-50"),
}


def is_for_a_program(name: str) -> bool:
    """Whether a format is for an accounting program, which would count the same postings twice."""
    return bool(program_of(name))


def program_of(name: str) -> str:
    """The accounting program that a format is for, empty for none."""
    return FORMATS[name].program if name in FORMATS else ""


def totals_of(connection: Connection, name: str, chosen: Selection) -> list[Total]:
    """The control totals of what a format would hold; those of a statement are `statement_lines.totals`."""
    form = FORMATS[name]
    totals = selection.totals(connection, chosen, whole_entries=form.whole_entries)
    return at_home(totals) if form.files is not None else totals


def words(totals: Sequence[Total]) -> str:
    """The control totals as lines of text, for the companion of files that cannot hold them."""
    return "".join(" | ".join(line) + "\r\n" for line in control(totals))
