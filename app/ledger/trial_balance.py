"""What accounts hold at the end of a day, read from the daily balances: for the trial balance and for any total.

Sums of lines: what some accounts took and gave in a time, whole or by the kind of entry that moved them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.database import db
from app.ledger.accounts import Account
from app.ledger.balances import DailyBalance
from app.ledger.closing import month_end
from app.ledger.entries import Entry, Transfer
from app.ledger.journal import JournalFilter
from app.money import Money

_DAYS: Any = DailyBalance.__table__
_ACCOUNTS: Any = Account.__table__


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """An account, and what came to it and left it in a time, in minor units of its currency."""

    code: str
    name: str
    kind: str
    currency: str
    in_minor: int
    out_minor: int

    @property
    def balance(self) -> Money:
        """What came less what left: positive for what we have or have spent, negative for what we owe or were given."""
        return Money(self.in_minor - self.out_minor, self.currency)

    @property
    def debit(self) -> Money | None:
        """The balance, if it stands on the left of a trial balance."""
        return self.balance if self.balance.minor > 0 else None

    @property
    def credit(self) -> Money | None:
        """The balance, if it stands on the right of a trial balance."""
        return -self.balance if self.balance.minor < 0 else None


@dataclass(frozen=True, slots=True)
class Month:
    """What a month did to an account: its first and last day, what came and left, and what was held at its end."""

    first: date
    last: date
    came: Money
    left: Money
    held: Money


def on(day: date, account_ids: Collection[int] | None = None) -> list[AccountTotal]:
    """Every account that had moved by the end of a local day, or those asked for, in the order of the codes."""
    return between(date.min, day, account_ids)


def between(first: date, last: date, account_ids: Collection[int] | None = None) -> list[AccountTotal]:
    """What accounts did from one local day to another, both included."""
    sums = (
        select(
            _ACCOUNTS.c.code,
            _ACCOUNTS.c.name,
            _ACCOUNTS.c.kind,
            _ACCOUNTS.c.currency,
            func.sum(_DAYS.c.in_minor),
            func.sum(_DAYS.c.out_minor),
        )
        .join(_DAYS, _DAYS.c.account_id == _ACCOUNTS.c.id)
        .where(_DAYS.c.booked_on.between(first, last))
        .group_by(_ACCOUNTS.c.code, _ACCOUNTS.c.name, _ACCOUNTS.c.kind, _ACCOUNTS.c.currency)
        .order_by(_ACCOUNTS.c.code)
    )
    if account_ids is not None:
        sums = sums.where(_ACCOUNTS.c.id.in_(account_ids))
    return [AccountTotal(*row[:4], int(row[4]), int(row[5])) for row in db.session.execute(sums)]


def trial(held: list[AccountTotal]) -> list[tuple[Money, Money]]:
    """The sums of a trial balance, debits and credits, one pair for each currency; they are the same, or something is
    wrong with the books."""
    sums = []
    for currency in sorted({each.currency for each in held}):
        nothing = Money(0, currency)
        mine = [each for each in held if each.currency == currency]
        sums.append(
            (
                sum((each.debit or nothing for each in mine), nothing),
                sum((each.credit or nothing for each in mine), nothing),
            )
        )
    return sums


def months(account: Account) -> list[Month]:
    """The months in which an account moved, newest first."""
    days = (
        select(_DAYS.c.booked_on, _DAYS.c.in_minor, _DAYS.c.out_minor)
        .where(_DAYS.c.account_id == account.id)
        .order_by(_DAYS.c.booked_on)
    )
    found: list[Month] = []
    held = 0
    for day, come, gone in db.session.execute(days):
        held += come - gone
        came, left = Money(come, account.currency), Money(gone, account.currency)
        if found and found[-1].last >= day:
            last = found.pop()
            came, left = came + last.came, left + last.left
        found.append(Month(day.replace(day=1), month_end(day), came, left, Money(held, account.currency)))
    return found[::-1]


_E: Any = Entry.__table__
_T: Any = Transfer.__table__
_reversed = aliased(Entry)


def by_kind(wanted: JournalFilter) -> dict[tuple[str, str], tuple[int, int]]:
    """What came to the wanted accounts and what left them, in minor units, by kind of entry and currency.

    A reversal counts as the kind that it undoes.
    """
    kind = func.coalesce(_reversed.kind, _E.c.kind)
    sums: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for column, coming in ((_T.c.to_account_id, True), (_T.c.from_account_id, False)):
        rows = db.session.execute(
            select(kind, _T.c.currency, func.sum(_T.c.amount_minor))
            .join_from(_E, _T, _T.c.entry_id == _E.c.id)
            .outerjoin(_reversed, _reversed.id == _E.c.reverses_id)
            .where(_E.c.booked_on.between(wanted.first, wanted.last), column.in_(wanted.account_ids or ()))
            .where(*([] if wanted.only is None else [wanted.only]))
            .group_by(kind, _T.c.currency)
        )
        for name, currency, minor in rows:
            come, gone = sums[name, currency]
            sums[name, currency] = (come + int(minor), gone) if coming else (come, gone + int(minor))
    return dict(sums)


def moved(wanted: JournalFilter) -> list[tuple[Money, Money]]:
    """What came to the wanted accounts and what left them: a pair for each currency."""
    if wanted.kinds:
        found: Iterable[tuple[str, int, int]] = (
            (currency, *sums) for (kind, currency), sums in by_kind(wanted).items() if kind in wanted.kinds
        )
    else:
        found = (
            (each.currency, each.in_minor, each.out_minor)
            for each in between(wanted.first, wanted.last, wanted.account_ids)
        )
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for currency, come, gone in found:
        totals[currency][0] += come
        totals[currency][1] += gone
    return [(Money(totals[each][0], each), Money(totals[each][1], each)) for each in sorted(totals)]
