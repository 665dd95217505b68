"""Exporting: what somebody chose to take out of the house, what it comes to, and the files it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from app.appeals import income_report
from app.donations.export_table import LEFT_OUT, Wanted, donation_table, donation_totals
from app.errors import DomainError
from app.ledger import accounts
from app.ledger.exports import formats, log, making
from app.ledger.exports.formats import FORMATS
from app.ledger.exports.log import Export
from app.ledger.exports.making import Made
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.table import Progress, nobody

DONATIONS = ("donations-csv", "donations-xlsx")
EVERY_FORMAT = (*DONATIONS, *FORMATS)


class NotToBeExported(DomainError):
    """What was chosen does not go together, or is not there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A format, local days of which both are included, and an account's code, an appeal's and a branch's reference,
    each empty for all. `names`: whether donors' names and addresses are wanted."""

    format: str
    from_on: date
    to_on: date
    account: str = ""
    appeal: str = ""
    branch: str = ""
    names: bool = False


def check(choice: Choice) -> None:
    """Raise `NotToBeExported` for a choice that no file can be made of."""
    if choice.format not in EVERY_FORMAT or choice.from_on > choice.to_on:
        raise NotToBeExported("there is no such format, or the days are in the wrong order")
    if choice.names and choice.format not in DONATIONS:
        raise NotToBeExported("donors are named in lists of donations alone")
    if choice.account and accounts.find(choice.account) is None:
        raise NotToBeExported(f"there is no account {choice.account}")
    if choice.format in FORMATS and FORMATS[choice.format].one_account and not choice.account:
        raise NotToBeExported("a bank statement is of one account")


def totals(connection: Connection, choice: Choice) -> list[Total]:
    """The control totals of a checked choice."""
    if choice.format in DONATIONS:
        return donation_totals(connection, _wanted(choice))
    return formats.totals_of(connection, choice.format, _selection(choice))


def note(choice: Choice, found: Sequence[Total], *, by: str) -> Export:
    """Write an export down before it is made; the caller commits."""
    return log.note(
        Export(
            made_by=by, format=choice.format, from_on=choice.from_on, to_on=choice.to_on, account=choice.account,
            appeal=choice.appeal, branch=choice.branch, names=choice.names, lines=sum(each.lines for each in found),
            totals=[each._asdict() for each in found],
        )
    )  # fmt: skip


def made_before(choice: Choice) -> Sequence[Export]:
    """Exports for the same accounting program that hold some of the same postings."""
    if not formats.is_for_a_program(choice.format):
        return ()
    return log.made_before(
        choice.format, choice.from_on, choice.to_on, choice.account, choice.appeal, choice.branch
    )  # fmt: skip


def make(
    connection: Connection, choice: Choice, found: Sequence[Total], batch: str, progress: Progress = nobody
) -> Made:
    """The file of a checked choice, made as it is read; `found` are its totals, `batch` is the export's reference."""
    if choice.format in DONATIONS:
        table = donation_table(connection, _wanted(choice), found, names=choice.names)
        stem = f"whipround-donations-{choice.from_on}-{choice.to_on}-{batch}"
        return making.of_table(table, stem, choice.format.removeprefix("donations-"), progress)
    return making.of_ledger(connection, choice.format, _selection(choice), found, batch, progress)


def companion(made: Export) -> tuple[str, str]:
    """The name and the words of the file beside an export: its control totals, and what a list of donations leaves
    out. An export's own file holds nothing but what was asked for."""
    name = f"whipround-{made.format}-{made.from_on}-{made.to_on}-{made.reference}-totals.txt"
    said = f"{made.format}, {made.from_on} to {made.to_on}, batch {made.reference}\r\n"
    said += formats.words([Total(**each) for each in made.totals])
    if made.format in DONATIONS:
        said += "".join(["Not in this list:\r\n", *(f"- {each}\r\n" for each in LEFT_OUT)])
    return name, said


def _wanted(choice: Choice) -> Wanted:
    return Wanted(choice.from_on, choice.to_on, choice.appeal, choice.branch)


def _selection(choice: Choice) -> Selection:
    ids: frozenset[int] | None = None
    if choice.appeal or choice.branch:
        ids = income_report.accounts(appeal=choice.appeal, branch=choice.branch)
    if choice.account:
        found = accounts.find(choice.account)
        mine = frozenset([found.id] if found else [])
        ids = mine if ids is None else mine & ids
    return Selection(choice.from_on, choice.to_on, ids)
