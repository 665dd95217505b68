"""Whether the bank and the books agree on an account, and which lines and entries explain it where they do not."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app import clock
from app.bank.account import BankAccount
from app.bank.statement import BankStatement
from app.database import db
from app.money import Money
from app.reconciliation.bank import sums
from app.reconciliation.bank.sums import OffStatement


@dataclass(frozen=True, slots=True)
class Agreement:
    """An account at the end of `day`: what the bank states (nothing, where no file ever stated it), what the books
    have, and what explains the difference. `later` is what lines of these days come to that are booked on a later one,
    because their month was closed."""

    account: BankAccount
    day: date
    stated: Money | None
    ledger: Money
    opening: Money
    taken_in: Money
    waiting: Money
    waiting_count: int
    later: Money
    off_statement: Money
    entries: list[OffStatement]

    @property
    def by_lines(self) -> Money:
        """What should stand there by the opening balance and every line that was taken in."""
        return self.opening + self.taken_in

    @property
    def difference(self) -> Money:
        """The bank's balance less the books'; nothing when they agree."""
        return (self.stated if self.stated is not None else self.by_lines) - self.ledger

    @property
    def missing(self) -> Money:
        """What the bank states beyond all lines: lines that were never imported, or an opening balance amiss."""
        return Money(0, self.ledger.currency) if self.stated is None else self.stated - self.by_lines


def of(account: BankAccount) -> Agreement | None:
    """The agreement at the end of the last day that a statement covers; `None` before any was taken in."""
    last = last_statement(account)
    if last is None:
        return None
    stated = sums.stated(account)
    day = stated.closing_on if stated is not None and stated.closing_on is not None else last.last_day
    opening = sums.opening(account)
    booked = sums.booked(account, day)
    ledger = sums.ledger(account, day)
    waiting, count = sums.waiting(account, day)
    taken_in = sums.taken_in(account, day)
    return Agreement(
        account=account,
        day=day,
        stated=None
        if stated is None or stated.closing_minor is None
        else Money(stated.closing_minor, account.currency),
        ledger=ledger,
        opening=opening,
        taken_in=taken_in,
        waiting=waiting,
        waiting_count=count,
        later=taken_in - waiting - booked,
        off_statement=ledger - opening - booked,
        entries=sums.off_statement(account, date.min, day) if (ledger - opening - booked).minor else [],
    )


def last_statement(account: BankAccount) -> BankStatement | None:
    """The statement that covers the latest day."""
    own = select(BankStatement).where(BankStatement.account_id == account.id, BankStatement.taken_back_at.is_(None))
    return db.session.scalar(own.order_by(BankStatement.last_day.desc(), BankStatement.id.desc()).limit(1))


def days_since(day: date) -> int:
    """How many days ago a local day was."""
    return (clock.today() - day).days
