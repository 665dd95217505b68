"""Cash and cheques in hand: they never go below zero on any day, whatever takes from them.

Somebody can only take out of a box what has been put in. An entry that would leave less than nothing, on its own day or
on any later one, is therefore refused: a count or a cheque is missing. Takers wait for each other, so that two of them
at once cannot take the same money; those who only put something in wait for nobody.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from app.database import db
from app.errors import DomainError
from app.ledger import balances
from app.ledger.accounts import Account
from app.ledger.balances import DailyBalance, Move
from app.money import Money

# Codes that begin so are of money in hand: cash and cheques.
IN_HAND = ("assets:cash:", "assets:cheques:")

_ACCOUNTS: Any = Account.__table__
_DAYS: Any = DailyBalance.__table__
_IS_IN_HAND = or_(*(_ACCOUNTS.c.code.like(f"{code}%") for code in IN_HAND))


class BelowZero(DomainError):
    """More would be taken than is in hand: on `day`, `missing` is not in the account `code`."""

    def __init__(self, code: str, day: date, missing: Money) -> None:
        """What is missing, as a positive amount, where and when."""
        super().__init__(f"{missing} would be missing in {code} on {day.isoformat()}")
        self.code, self.day, self.missing = code, day, missing


def check(moves: Sequence[Move], day: date) -> None:
    """Refuse what an entry of this day moves, if it takes more than is in hand. Raises `BelowZero`."""
    taken = _net(moves)
    takes = [account for account, minor in taken.items() if minor < 0]
    wanted = select(_ACCOUNTS.c.id, _ACCOUNTS.c.code, _ACCOUNTS.c.currency).where(
        _ACCOUNTS.c.id.in_(takes), _IS_IN_HAND
    )
    from_hand = db.session.execute(wanted.order_by(_ACCOUNTS.c.id)).all() if takes else []
    if not from_hand:
        return
    one_taker_at_a_time()
    for account, code, currency in from_hand:
        lowest, when = lowest_from(account, day)
        if lowest + taken[account] < 0:
            raise BelowZero(code, when, Money(-(lowest + taken[account]), currency))


def one_taker_at_a_time() -> None:
    """Wait until nobody else takes cash or cheques, so that what is in hand stays until the caller commits."""
    # All of these accounts, few as they are, in one order: so takers cannot wait for each other in a circle.
    rows = select(_ACCOUNTS.c.id).where(_IS_IN_HAND).order_by(_ACCOUNTS.c.id)
    db.session.execute(rows.with_for_update(key_share=True)).all()


def lowest_from(account_id: int, day: date) -> tuple[int, date]:
    """The least that an account holds at the end of this day or of any later one, in minor units, and when: with what
    this transaction has moved so far."""
    before, since = _DAYS.c.booked_on < day, _DAYS.c.booked_on >= day
    mine, change = _DAYS.c.account_id == account_id, _DAYS.c.in_minor - _DAYS.c.out_minor
    held = int(db.session.scalar(select(func.sum(change)).where(mine, before)) or 0)
    days: dict[date, int] = defaultdict(int)
    for booked_on, minor in db.session.execute(select(_DAYS.c.booked_on, change).where(mine, since)):
        days[booked_on] += minor
    for booked_on, minor in balances.noted(account_id).items():
        if booked_on < day:
            held += minor
        else:
            days[booked_on] += minor
    held += days.pop(day, 0)
    lowest, when = held, day
    for booked_on in sorted(days):
        held += days[booked_on]
        if held < lowest:
            lowest, when = held, booked_on
    return lowest, when


def held(code: str, currency: str) -> int:
    """What an account of cash or cheques holds now, in minor units: `held('assets:cash', 'gbp')`."""
    account = db.session.scalar(select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.code == f"{code}:{currency}"))
    return lowest_from(account, date.max)[0] if account is not None else 0


def _net(moves: Sequence[Move]) -> Mapping[int, int]:
    net: dict[int, int] = defaultdict(int)
    for each in moves:
        net[each.from_id] -= each.amount_minor
        net[each.to_id] += each.amount_minor
    return net
