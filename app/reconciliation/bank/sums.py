"""Sums over a bank account: by its statements, by the books, and by the entries that no statement shows."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Case, Select, case, func, select
from sqlalchemy.orm import aliased

from app.bank import account as bank_account
from app.bank.account import BankAccount
from app.bank.booking import CLAIMED, BankMatch
from app.bank.statement import BankLine, BankStatement
from app.database import db
from app.ledger.balances import DailyBalance
from app.ledger.entries import Entry, Transfer
from app.money import Money

# More than this is a list to be worked on, not to be read.
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OffStatement:
    """An entry that moves the bank's account without a line of its statement: by hand, or undone since."""

    entry_id: int
    booked_on: date
    memo: str
    amount: Money


def stated(account: BankAccount) -> BankStatement | None:
    """The latest balance that the bank stated. A balance of a day to come is the one that stands at the last line."""
    own = select(BankStatement).where(
        BankStatement.account_id == account.id,
        BankStatement.closing_minor.is_not(None),
        BankStatement.taken_back_at.is_(None),
    )
    return db.session.scalar(own.order_by(BankStatement.closing_on.desc(), BankStatement.id.desc()).limit(1))


def ledger(account: BankAccount, day: date) -> Money:
    """What the books have on the account at the end of a day."""
    total = db.session.scalar(
        select(func.sum(DailyBalance.in_minor - DailyBalance.out_minor)).where(
            DailyBalance.account_id == account.ledger_account_id, DailyBalance.booked_on <= day
        )
    )
    return _money(account, total)


def _lines(account: BankAccount, day: date) -> Select[int]:
    return select(func.sum(BankLine.amount_minor)).where(BankLine.account_id == account.id, BankLine.day <= day)


def taken_in(account: BankAccount, day: date) -> Money:
    """What all lines of its statements come to, through a day."""
    return _money(account, db.session.scalar(_lines(account, day)))


def booked(account: BankAccount, day: date) -> Money:
    """The lines that are in the books by this day: their entries count for it or for an earlier one."""
    booked = _lines(account, day).join(Entry, Entry.id == BankLine.entry_id).where(Entry.booked_on <= day)
    return _money(account, db.session.scalar(booked))


def waiting(account: BankAccount, day: date) -> tuple[Money, int]:
    """What the lines come to that nobody has matched, through a day, and how many they are."""
    open_ones = (BankLine.account_id == account.id) & BankLine.entry_id.is_(None) & (BankLine.day <= day)
    row = db.session.execute(
        select(func.sum(BankLine.amount_minor).label("minor"), func.count().label("n")).where(open_ones)
    ).one()
    return _money(account, row.minor), row.n


def _signed(account: BankAccount) -> Case[int]:
    own = account.ledger_account_id
    return case((Transfer.to_account_id == own, Transfer.amount_minor), else_=-Transfer.amount_minor)


def opening(account: BankAccount) -> Money:
    """What stood on the account when the books began with it."""
    own = account.ledger_account_id
    begins = Entry.source == bank_account.opening_source(account)
    on_it = (Transfer.from_account_id == own) | (Transfer.to_account_id == own)
    total = select(func.sum(_signed(account))).join(Entry, Entry.id == Transfer.entry_id).where(begins, on_it)
    return _money(account, db.session.scalar(total))


def off_statement(account: BankAccount, since: date, through: date) -> list[OffStatement]:
    """The entries of these days on the account that none of its lines stands for now, the newest first."""
    own, reversal = account.ledger_account_id, aliased(Entry)
    in_effect = (
        select(BankMatch.entry_id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .where(BankLine.account_id == account.id, BankMatch.undone_by.is_(None), BankMatch.kind != CLAIMED)
    )
    rows = db.session.execute(
        select(Entry.id, Entry.booked_on, Entry.memo, func.sum(_signed(account)).label("minor"))
        .join(Transfer, Transfer.entry_id == Entry.id)
        .where(
            (Transfer.from_account_id == own) | (Transfer.to_account_id == own),
            Entry.booked_on.between(since, through),
            Entry.source != bank_account.opening_source(account),
            Entry.id.not_in(in_effect),
            # An entry and its reversal are level, unless a line stands for the entry alone.
            Entry.reverses_id.is_(None) | Entry.reverses_id.in_(in_effect),
            ~select(reversal.id).where(reversal.reverses_id == Entry.id, reversal.booked_on <= through).exists(),
        )
        .group_by(Entry.id, Entry.booked_on, Entry.memo)
        .order_by(Entry.booked_on.desc(), Entry.id.desc())
        .limit(_SHOWN)
    )
    return [OffStatement(row.id, row.booked_on, row.memo, _money(account, row.minor)) for row in rows]


def _money(account: BankAccount, minor: object) -> Money:
    return Money(int(minor or 0), account.currency)  # type: ignore[call-overload]
