"""Reports: income by appeal, branch, month and method; every figure leads to the lines that make it."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.appeals import income as appeals_income
from app.donations import methods
from app.ledger.journal import JournalFilter
from app.money import Money
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, my_accounts
from app.office.books.words import METHODS
from app.web.fields import day_asked, last_month

bp = Blueprint("reports", __name__, url_prefix="/income")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def income() -> ResponseReturnValue:
    """What each appeal and branch raised in a time, and what each month brought."""
    first, last = _days(clock.today().replace(month=1, day=1), clock.today())
    mine = _income_accounts()
    raised = appeals_income.by_account(first, last, mine)
    return render_template(
        "office/books/income.html",
        first=first,
        last=last,
        raised=raised,
        sums=_sums([each.amount for each in raised]),
        months=appeals_income.by_month(first, last, mine),
    )


@bp.get("/methods")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def by_method() -> ResponseReturnValue:
    """By which way the income of a time came."""
    first, last = _days(*last_month())
    found = methods.income(JournalFilter(first, last, _income_accounts()))
    return render_template(
        "office/books/methods.html",
        first=first,
        last=last,
        rows=found,
        names=METHODS,
        other=methods.OTHER,
        sums=_sums([amount for _, amount in found]),
    )


def _days(first: date, last: date) -> tuple[date, date]:
    """The days that are asked for, in their order."""
    days = sorted([day_asked("from", first), day_asked("to", last)])
    return days[0], days[1]


def _income_accounts() -> frozenset[int]:
    mine = my_accounts()
    return appeals_income.income_accounts() if mine is None else mine


def _sums(amounts: list[Money]) -> list[Money]:
    """The sum of the amounts of each currency."""
    currencies = sorted({amount.currency for amount in amounts})
    return [sum((each for each in amounts if each.currency == currency), Money(0, currency)) for currency in currencies]
