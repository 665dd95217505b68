"""What was raised today, this month and this quarter against the targets, and by day and month for the charts.

Charts: drawn as SVG on the server, coloured by the style sheet alone, and the same figures given as rows.

Pygal lays the chart out. Its style sheet, its script and its tooltips are taken out of the drawing again, because no
page of ours allows any of them.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pygal
from defusedxml.ElementTree import fromstring
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from pygal.style import Style

from app import clock
from app.appeals import income, raised
from app.appeals.appeal import Appeal
from app.appeals.raised import Days
from app.ledger.closing import month_end
from app.money import Money, written

# Pygal leaves a finder for plug-ins of its own behind, in the form of old that today's importers stumble over.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

_SVG = "http://www.w3.org/2000/svg"
_OURS = Style(label_font_size=15, major_label_font_size=15)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, unique in its chart, and what it comes to."""

    name: str
    amount: Money


def draw(bars: Sequence[Bar], *, name: str, title: str, words: str, every: int, locale: str) -> Markup | None:
    """A bar chart of amounts of one currency, or nothing where each of them is nothing.

    `title` and `words` are read out in its place, `name` is unique on the page. There is room for the name of `every`
    so many bars, counted from the last.
    """
    if not any(bar.amount.minor for bar in bars):
        return None
    currency = bars[0].amount.currency
    named = [bar.name for bar in bars]

    def short(minor: float) -> str:
        return written(Money(round(minor), currency), locale=locale, short=True)

    chart = pygal.Bar(
        style=_OURS,
        js=(),
        css=(),
        width=520,
        height=240,
        margin=2,
        spacing=2,
        show_legend=False,
        truncate_label=-1,
        show_minor_x_labels=False,
        max_scale=6,
        value_formatter=short,
        x_labels=named,
        x_labels_major=named[::-every],
    )
    chart.add(title, [bar.amount.minor for bar in bars])
    drawn = fromstring(chart.render())
    return Markup(_as_ours(drawn, bars, name, title, words, locale))  # noqa: S704 - pygal escapes what it is given


def _as_ours(drawn: ET.Element, bars: Sequence[Bar], name: str, title: str, words: str, locale: str) -> str:
    plot = drawn[-1]
    drawn[:] = [_element("title", title, id=f"{name}-title"), _element("desc", words, id=f"{name}-words"), plot]
    drawn.attrib.pop("id")
    drawn.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-words", "class": "chart"}
    for group in list(plot):
        if group.get("class", "").endswith("overlay") or group.get("class") == "titles":
            plot.remove(group)
    for bar, drawing in zip(bars, plot.iterfind(f".//{{{_SVG}}}g[@class='bar']"), strict=False):
        drawing[:] = [drawing[0], _element("title", f"{bar.name}: {written(bar.amount, locale=locale)}")]
    ET.register_namespace("", _SVG)
    return ET.tostring(drawn, encoding="unicode")


def _element(tag: str, text: str, **attributes: str) -> ET.Element:
    made = ET.Element(f"{{{_SVG}}}{tag}", attributes)
    made.text = text
    return made


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
        """The whole per cent of the target."""
        return None if self.target is None else self.amount.per_cent_of(self.target)


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
    """For each currency in which anything moved within a year, the organisation's first; `branch_id` narrows it to what
    one branch raised, for which there are no targets."""
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
    words = _(
        "%(amount)s in total. Highest: %(most)s, %(name)s.",
        amount=written(whole, locale=locale),
        most=written(best.amount, locale=locale),
        name=best.name,
    )
    return Chart(title, draw(bars, name=name, title=title, words=words, every=every, locale=locale), bars, whole)


def _raised(days: Days, first: date, last: date) -> Money:
    return Money(days.between(first, last), days.currency)


def _months_back(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
