"""What was raised today, this month and this quarter against the targets, and by day and month for the charts."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from app import clock
from app.appeals import income, raised
from app.appeals.appeal import Appeal
from app.appeals.raised import Days
from app.ledger.closing import month_end
from app.money import Money, written
from app.office import charts
from app.office.charts import Bar

_DAYS, _MONTHS = 30, 12


@dataclass(frozen=True, slots=True)
class Period:
    """What a time has brought so far in one currency; `target` is what the appeals' targets come to for all of it."""

    name: str
    first: date
    last: date
    amount: Money
    target: Money | None

    @property
    def share(self) -> int | None:
        """The whole per cent of the target, rounded down."""
        return None if self.target is None else max(0, self.amount.minor * 100 // self.target.minor)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, unless there is nothing to draw, and the same figures as rows."""

    title: str
    drawing: Markup | None
    bars: list[Bar]
    whole: Money


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands on the front page about one currency."""

    periods: list[Period]
    charts: list[Chart]


def of(branch_id: int | None, currency: str) -> list[Figures]:
    """For each currency in which anything moved within a year, the house's first; `branch_id` narrows it to what one
    branch raised, for which there are no targets."""
    today = clock.today()
    first = _months_back(today, _MONTHS - 1)
    found = raised.by_day(first, today, income.income_accounts(branch_id=branch_id))
    by_currency = {currency: Days(currency, {}), **{each.currency: each for each in found}}
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    spans = [
        (_("Today"), today, today),
        (_("This month"), today.replace(day=1), month_end(today)),
        (_("This quarter"), quarter, month_end(quarter + timedelta(days=70))),
    ]
    appeals = raised.with_target(quarter, spans[2][2]) if branch_id is None else []
    return [
        Figures([_period(span, days, appeals) for span in spans], _charts(days, today)) for days in by_currency.values()
    ]


def _period(span: tuple[str, date, date], days: Days, appeals: list[Appeal]) -> Period:
    name, first, last = span
    share = raised.share_of_targets(appeals, days.currency, first, last)
    target = Money(share, days.currency) if share else None
    return Period(name, first, last, _raised(days, first, last), target)


def _charts(days: Days, today: date) -> list[Chart]:
    last_days = [today - timedelta(days=back) for back in reversed(range(_DAYS))]
    months = [_months_back(today, back) for back in reversed(range(_MONTHS))]
    return [
        _chart(
            f"days-{days.currency}",
            _("Raised in the last 30 days"),
            [Bar(format_date(day, "d MMM"), _raised(days, day, day)) for day in last_days],
            every=7,
        ),
        _chart(
            f"months-{days.currency}",
            _("Raised in the last 12 months"),
            [Bar(format_date(month, "MMM y"), _raised(days, month, month_end(month))) for month in months],
            every=3,
        ),
    ]


def _chart(name: str, title: str, bars: list[Bar], every: int) -> Chart:
    locale = str(get_locale() or "en_GB")
    whole = sum((bar.amount for bar in bars), Money(0, bars[0].amount.currency))
    best = max(bars, key=lambda bar: bar.amount)
    words = _("%(amount)s in all. The most, %(most)s: %(name)s.", amount=written(whole, locale=locale),
              most=written(best.amount, locale=locale), name=best.name)  # fmt: skip
    return Chart(title, charts.draw(bars, name=name, title=title, words=words, every=every, locale=locale), bars, whole)


def _raised(days: Days, first: date, last: date) -> Money:
    return Money(days.between(first, last), days.currency)


def _months_back(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
