"""What lies on the treasurer's desk: the lines that wait, each with what it may be; and what became of the others."""

from dataclasses import dataclass

from app.bank import booking, finding, matching
from app.bank.account import BankAccount
from app.bank.booking import BankMatch
from app.bank.matching import Expected, OnStatement, Suggestion
from app.bank.statement import BankLine
from app.money import Money
from app.paging import Page
from app.reconciliation.bank import expected

# So many lines lie on the desk at a time; the next come when these are done.
DESK = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """The lines that wait, each with its suggestions, and how many wait in all."""

    lines: list[tuple[BankLine, list[Suggestion]]]
    waiting: int


@dataclass(frozen=True, slots=True)
class One:
    """One line: what it was found to be, or its suggestions and all that it could be. `unidentified` is how much of it
    is unknown money that waits."""

    matches: list[BankMatch]
    suggestions: list[Suggestion]
    items: list[Expected]
    unidentified: Money | None


def waiting(account: BankAccount) -> Desk:
    """The oldest lines that wait."""
    rows = finding.waiting(account, DESK)
    number = finding.how_many_wait().get(account.id, 0)
    items = expected.items(account) if rows else []
    on_statement = [_on_statement(row) for row in rows]
    found = [matching.suggest(line, items, on_statement) for line in on_statement]
    return Desk(list(zip(rows, found, strict=True)), number)


def everything(account: BankAccount, before: str) -> Page[tuple[BankLine, list[BankMatch]]]:
    """A page of all lines with what they were found to be, the latest first, from the one after the line `before`."""
    page = finding.latest(account, before)
    matches = finding.matches(page.rows)
    return Page([(row, matches[row.id]) for row in page.rows], page.newer, page.older)


def one(account: BankAccount, line: BankLine) -> One:
    """Everything about one line."""
    found = booking.matches_of(line)
    if line.entry_id is not None:
        return One(found, [], [], expected.waits(line))
    items = expected.items(account)
    others = [_on_statement(row) for row, _ in waiting(account).lines]
    fits = [
        item
        for item in items
        if item.amount.currency == line.currency and (item.amount.minor > 0) == (line.amount_minor > 0)
    ]
    return One(found, matching.suggest(_on_statement(line), items, others, most=6), fits, None)


def _on_statement(line: BankLine) -> OnStatement:
    return OnStatement(line.reference, line.day, line.amount, line.said)
