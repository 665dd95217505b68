"""Exporting: what somebody chose to take out of the books, what it comes to, and the files it becomes.

Taking out the gifts that were looked for: the same list as on the page, as a file, with its control totals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, func, select

from app import clock
from app.appeals import income
from app.bank.statement import exported_lines, is_of_a_bank
from app.donations.donation import Donation
from app.donations.exports import table as exports_table
from app.donations.exports.table import LEFT_OUT, ExportFilter, donation_table, donation_totals
from app.donations.search import DonationFilter, conditions
from app.errors import DomainError
from app.ledger import accounts
from app.ledger.exports import formats, log, making, program_accounts, selection, statement_lines
from app.ledger.exports.formats import FORMATS
from app.ledger.exports.log import Export
from app.ledger.exports.making import Made
from app.ledger.exports.selection import Named, Selection, Total
from app.ledger.exports.statement_lines import StatementLine
from app.ledger.exports.tables import Progress, nobody

DONATIONS = ("donations-csv", "donations-xlsx")
EVERY_FORMAT = (*DONATIONS, *FORMATS)


class NotToBeExported(DomainError):
    """What was chosen does not go together, is not there, or would be posted twice."""


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

    @property
    def is_statement(self) -> bool:
        """Whether it is a statement of one account, which shows all that the bank's own shows: who paid, too."""
        return self.format in FORMATS and FORMATS[self.format].one_account


@dataclass(frozen=True, slots=True)
class Against:
    """Why what was chosen cannot go out now: `accounts` have no code in the program's books; or the batch `earlier`
    has some of the same postings (`account` empty), or has this account in the other way, as journals or as a
    statement."""

    accounts: tuple[Named, ...] = ()
    earlier: Export | None = None
    account: str = ""


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
    if choice.is_statement and (choice.appeal or choice.branch):
        raise NotToBeExported("a bank statement has all lines of its account, whatever the appeal or branch")


def totals(connection: Connection, choice: Choice) -> list[Total]:
    """The control totals of a checked choice."""
    if choice.format in DONATIONS:
        return donation_totals(connection, _wanted(choice))
    if choice.is_statement:
        return statement_lines.totals(_lines(connection, choice))
    return formats.totals_of(connection, choice.format, _selection(choice))


def against(connection: Connection, choice: Choice, *, copy: bool = False) -> list[Against]:
    """What speaks against giving a checked choice to its accounting program; nothing for other files. A `copy` is for
    somebody who looks and imports nothing, so what went out earlier does not stand against it."""
    program = formats.program_of(choice.format)
    if not program:
        return []
    found = []
    if not choice.is_statement and (missing := program_accounts.missing(connection, program, _selection(choice))):
        found.append(Against(accounts=tuple(missing)))
    if copy:
        return found
    same_program = [name for name in FORMATS if formats.program_of(name) == program]
    for earlier in log.not_withdrawn(same_program, choice.from_on, choice.to_on):
        account = _conflict(connection, choice, earlier)
        if account is not None:
            found.append(Against(earlier=earlier, account=account))
    return found


def refuse(connection: Connection, choice: Choice, *, copy: bool = False) -> None:
    """Raise `NotToBeExported` for what must not go out now, in words for the operator. Whoever writes the export down
    in the same unit has the last word: nobody else does so meanwhile."""
    log.one_at_a_time()
    for each in against(connection, choice, copy=copy):
        if each.accounts:
            names = ", ".join(account.code for account in each.accounts)
            raise NotToBeExported(f"these accounts have no code in the program's books: {names}")
        if each.earlier is not None:
            how = f"has {each.account} the other way" if each.account else "has some of the same postings"
            raise NotToBeExported(f"batch {each.earlier.reference} {how}; withdraw it first if it was not imported")


def note(connection: Connection, choice: Choice, found: Sequence[Total], *, by: str, copy: bool = False) -> Export:
    """Write an export down before it is made; the caller commits. A `copy` never counts as posted anywhere."""
    return log.note(
        Export(
            made_by=by,
            format=choice.format,
            from_on=choice.from_on,
            to_on=choice.to_on,
            account=choice.account,
            appeal=choice.appeal,
            branch=choice.branch,
            names=choice.names or choice.is_statement,
            lines=sum(each.lines for each in found),
            totals=[each._asdict() for each in found],
            posted=_posted(connection, choice),
        ),
        copy=copy and bool(formats.program_of(choice.format)),
    )


def make(
    connection: Connection, choice: Choice, found: Sequence[Total], batch: str, progress: Progress = nobody
) -> Made:
    """The file of a checked choice, made as it is read; `found` are its totals, `batch` is the export's reference."""
    if choice.format in DONATIONS:
        table = donation_table(connection, _wanted(choice), found, names=choice.names)
        stem = f"whipround-donations-{choice.from_on}-{choice.to_on}-{batch}"
        return making.of_table(table, stem, choice.format.removeprefix("donations-"), progress)
    if choice.is_statement:
        lines = _lines(connection, choice)
        return making.of_statement(choice.format, _selection(choice), lines, found, batch)
    return making.of_ledger(connection, choice.format, _selection(choice), found, batch, progress)


def _lines(connection: Connection, choice: Choice) -> Iterator[StatementLine]:
    """The lines of a statement: the bank's own where the account is at a bank, else what the ledger has."""
    account = accounts.find(choice.account)
    if account is not None and is_of_a_bank(connection, account.id):
        return exported_lines(connection, account.id, choice.from_on, choice.to_on)
    return statement_lines.of_ledger(connection, _selection(choice))


def _posted(connection: Connection, choice: Choice) -> list[str] | None:
    """The codes of the accounts to which the program's books post under their own name with this export."""
    program = formats.program_of(choice.format)
    if not program:
        return None
    if choice.is_statement:
        return [choice.account]
    there = program_accounts.of(connection, program)
    every = program_accounts.used(connection, _selection(choice))
    cleared = {account_id for account_id, each in there.items() if each.clearing}
    return [named.code for account_id, named in every.items() if account_id not in cleared]


def _conflict(connection: Connection, choice: Choice, earlier: Export) -> str | None:
    """What an earlier export for the same program has of this one: '' for the same postings, or the code of the
    account that would go out both as journals and as a statement; `None` when both can stand."""
    before = Choice(earlier.format, earlier.from_on, earlier.to_on, earlier.account, earlier.appeal, earlier.branch)
    if choice.is_statement and before.is_statement:
        same = replace(choice, from_on=max(choice.from_on, before.from_on), to_on=min(choice.to_on, before.to_on))
        return "" if choice.account == before.account and totals(connection, same) else None
    if not choice.is_statement and not before.is_statement:
        return "" if selection.share(connection, _selection(choice), _selection(before)) else None
    statement, journals = (choice, before) if choice.is_statement else (before, choice)
    posted = earlier.posted if journals is before else _posted(connection, choice)
    if posted is not None and statement.account not in posted:
        return None
    return statement.account if selection.share(connection, _selection(statement), _selection(journals)) else None


def companion(made: Export) -> tuple[str, str]:
    """The name and the words of the file beside an export: its control totals, and what a list of donations leaves
    out. An export's own file holds nothing but what was asked for."""
    name = f"whipround-{made.format}-{made.from_on}-{made.to_on}-{made.reference}-totals.txt"
    said = f"{made.format}, {made.from_on} to {made.to_on}, batch {made.reference}\r\n"
    said += formats.words([Total(**each) for each in made.totals])
    if made.format in DONATIONS:
        said += "".join(["Not in this list:\r\n", *(f"- {each}\r\n" for each in LEFT_OUT)])
    return name, said


def _wanted(choice: Choice) -> ExportFilter:
    return ExportFilter(choice.from_on, choice.to_on, choice.appeal, choice.branch)


def _selection(choice: Choice) -> Selection:
    ids: frozenset[int] | None = None
    if choice.appeal or choice.branch:
        ids = income.income_accounts(appeal=choice.appeal, branch=choice.branch)
    if choice.account:
        found = accounts.find(choice.account)
        mine = frozenset([found.id] if found else [])
        ids = mine if ids is None else mine & ids
    return Selection(choice.from_on, choice.to_on, ids)


SUFFIXES = ("xlsx", "csv")


def days(connection: Connection, wanted: DonationFilter) -> tuple[date, date] | None:
    """The first and the last day on which one of the received gifts that were looked for came; nothing for none."""
    came = Donation.received_at
    bounds = select(func.min(came), func.max(came)).where(*conditions(wanted), came.is_not(None))
    first, last = connection.execute(bounds).one()
    return None if first is None or last is None else (clock.local_day(first), clock.local_day(last))


def take(
    connection: Connection, wanted: DonationFilter, between: tuple[date, date], suffix: str, *, names: bool, by: str
) -> tuple[Export, Made]:
    """Note the export and make its file, read from one snapshot; `suffix` is one of `SUFFIXES`, `names` is whether it
    says who gave. The caller commits what is noted."""
    of_these = exports_table.ExportFilter(*between, also=tuple(conditions(wanted)))
    totals = exports_table.donation_totals(connection, of_these)
    export = log.note(
        Export(
            made_by=by,
            format=f"donations-{suffix}",
            from_on=between[0],
            to_on=between[1],
            account="",
            appeal="",
            branch="",
            names=names,
            lines=sum(each.lines for each in totals),
            totals=[each._asdict() for each in totals],
        )
    )
    table = exports_table.donation_table(connection, of_these, totals, names=names)
    return export, making.of_table(table, f"whipround-gifts-found-{export.reference}", suffix)
