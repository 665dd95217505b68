"""What lies on the treasurer's desk: the lines that wait, each with what it may be; and what became of the others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from app.bank import booking, matching
from app.bank.account import BankAccount
from app.bank.booking import ASIDE, BankMatch
from app.bank.matching import Item, OnStatement, Suggestion
from app.bank.statement import BankLine
from app.extensions import db
from app.reconciliation.bank import expected

# So many lines lie on the desk at a time; the next come when these are done.
DESK, PAGE = 50, 50


@dataclass(frozen=True, slots=True)
class Desk:
    """The lines that wait, each with its suggestions, and how many wait in all."""

    lines: list[tuple[BankLine, list[Suggestion]]]
    waiting: int


@dataclass(frozen=True, slots=True)
class Page:
    """Lines with what they were found to be, and the reference of the last where there are older ones."""

    lines: list[tuple[BankLine, list[BankMatch]]]
    older: str


@dataclass(frozen=True, slots=True)
class One:
    """One line: what it was found to be, or its suggestions and all that it could be. `aside` while it is unknown
    money that waits."""

    matches: list[BankMatch]
    suggestions: list[Suggestion]
    items: list[Item]
    aside: bool


def waiting(account: BankAccount) -> Desk:
    """The oldest lines that wait."""
    open_ones = (BankLine.account_id == account.id) & BankLine.entry_id.is_(None)
    rows = db.session.scalars(select(BankLine).where(open_ones).order_by(BankLine.day, BankLine.id).limit(DESK)).all()
    number = db.session.scalar(select(func.count()).select_from(BankLine).where(open_ones)) or 0
    items = expected.items(account) if rows else []
    on_statement = [_on_statement(row) for row in rows]
    found = [matching.suggest(line, items, on_statement) for line in on_statement]
    return Desk(list(zip(rows, found, strict=True)), number)


def everything(account: BankAccount, before: str) -> Page:
    """A page of all lines, the latest first, from the one after the line `before`."""
    query = select(BankLine).where(BankLine.account_id == account.id)
    last = db.session.scalar(query.where(BankLine.reference == before)) if before else None
    if last is not None:
        query = query.where(tuple_(BankLine.day, BankLine.id) < (last.day, last.id))
    rows = db.session.scalars(query.order_by(BankLine.day.desc(), BankLine.id.desc()).limit(PAGE + 1)).all()
    matches = _matches(rows[:PAGE])
    older = rows[PAGE - 1].reference if len(rows) > PAGE else ""
    return Page([(row, matches[row.id]) for row in rows[:PAGE]], older)


def one(account: BankAccount, line: BankLine) -> One:
    """Everything about one line."""
    found = booking.matches_of(line)
    items = expected.items(account)
    if line.entry_id is not None:
        waits = any(item.subject == booking.subject_of(line) for item in items)
        return One(found, [], [], waits and found[-1].kind == ASIDE)
    others = [_on_statement(row) for row, _ in waiting(account).lines]
    fits = [
        item
        for item in items
        if item.amount.currency == line.currency and (item.amount.minor > 0) == (line.amount_minor > 0)
    ]
    return One(found, matching.suggest(_on_statement(line), items, others, most=6), fits, aside=False)


def _on_statement(line: BankLine) -> OnStatement:
    return OnStatement(line.reference, line.day, line.amount, line.said)


def _matches(lines: Sequence[BankLine]) -> dict[int, list[BankMatch]]:
    found: dict[int, list[BankMatch]] = defaultdict(list)
    standing = BankMatch.line_id.in_([line.id for line in lines]) & BankMatch.undone_by.is_(None)
    for match in db.session.scalars(select(BankMatch).where(standing).order_by(BankMatch.id)):
        found[match.line_id].append(match)
    return found
