"""How pages write money, days and Markdown: the Jinja filters, for every template.

Tables on a phone: each row becomes a small list of names and values, so every cell says which column it is of.

The table keeps its markup and its meaning; `stacked` only adds what the style sheet needs: the column's heading on each
cell, and the roles of rows and cells, which browsers drop when a table is laid out otherwise.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent, get_currency_name, get_currency_symbol
from flask import Flask
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from app import clock, markup
from app.articles import images
from app.money import Money, written


def register(app: Flask) -> None:
    """Make the filters known to every template."""
    for filter_ in _FILTERS:
        app.add_template_filter(filter_)
    app.add_template_filter(stacked)
    app.add_template_global(page_language)


def _locale() -> str:
    return str(get_locale() or "en_GB")


def page_language() -> str:
    """'en-GB', for the lang attribute of a page."""
    return _locale().replace("_", "-")


def money(amount: Money, *, short: bool = False) -> str:
    """'£1,234.50'; with `short`, whole sums lose their pence: '£25'."""
    return written(amount, locale=_locale(), short=short)


def currency_sign(currency: str) -> str:
    """'£' for 'gbp', for the prefix of an amount field."""
    return get_currency_symbol(currency.upper(), locale=_locale())


def currency_name(currency: str) -> str:
    """'British pounds' for 'gbp', for the label of an amount field."""
    return get_currency_name(currency.upper(), count=2, locale=_locale())


def per_cent(share: int) -> str:
    """'59%', for a share in whole per cent."""
    return format_percent(Decimal(share) / 100, locale=_locale(), group_separator=False)


def count(number: int) -> str:
    """'1,204', for how many there are of something."""
    return format_decimal(number, locale=_locale())


def day(value: date | datetime, *, weekday: bool = False) -> str:
    """'19 June 2012', or 'Tuesday 19 June 2012'; of an instant, its local day."""
    local = clock.local_day(value) if isinstance(value, datetime) else value
    return format_date(local, "EEEE d MMMM y" if weekday else "d MMMM y", locale=_locale())


def short_day(value: date) -> str:
    """'19 Jun 2012', for tables."""
    return format_date(value, "d MMM y", locale=_locale())


def month_name(value: date) -> str:
    """'June 2012' for any day of it."""
    return format_date(value, "LLLL y", locale=_locale())


def clock_time(instant: datetime) -> str:
    """'12.13', on a wall clock in the local zone."""
    return format_datetime(clock.local(instant), "H.mm", locale=_locale())


def moment(instant: datetime) -> str:
    """'19 June 2012 at 12.13', local."""
    return str(gettext("%(day)s at %(time)s", day=day(instant), time=clock_time(instant)))


def machine_time(value: date | datetime) -> str:
    """The value of a <time datetime> attribute: a day, or a UTC instant to the minute."""
    return f"{value:%Y-%m-%dT%H:%MZ}" if isinstance(value, datetime) else value.isoformat()


def markdown(text: str, *, opens: bool = False) -> Markup:
    """Markdown as safe HTML, its pictures with their sizes; where it `opens` a page, its first picture is not put off
    until a reader comes near it."""
    named = [image.reference for image in markup.images(text) if image.reference] if "![" in text else []
    return markup.html(text, images.sizes(named) if named else {}, opens=opens)


def plain(text: str) -> str:
    """Markdown as one line of words, for descriptions and lists."""
    return markup.plain(text)


def lead_and_rest(text: str) -> tuple[Markup, Markup]:
    """Markdown as HTML in two pieces, its first paragraph and what follows, which may be nothing."""
    lead, _, rest = text.strip().replace("\r\n", "\n").partition("\n\n")
    return markdown(lead), markdown(rest)


_FILTERS = (
    money,
    per_cent,
    count,
    currency_sign,
    currency_name,
    day,
    short_day,
    month_name,
    clock_time,
    moment,
    machine_time,
    markdown,
    plain,
    lead_and_rest,
)


_TAG = re.compile(r"<(tr|td|th)\b([^>]*)>(?=(\s*–?\s*</t[dh]>)?)")
_SPAN = re.compile(r"\b(col|row)span=\"?(\d+)")

Heading = str | tuple[str, str] | tuple[str, str, object]


def stacked(rows: str, headings: Sequence[Heading]) -> Markup:
    """The rows of a table, each cell with its column's heading; a heading is a text, or a text and a class,
    or those and how the list is sorted by it.

    Marked are the cell that names the row (of the column with the class "title" or "wide", otherwise of the first, but
    no figure), the sum that stands beside it (of the one column of the class "figure" alone), and cells that say
    nothing, or only "–".
    """
    names = [str(each[0]) if isinstance(each, tuple) else str(each) for each in headings]
    kinds = [each[1].split() if isinstance(each, tuple) else [] for each in headings]
    named = [n for kind in ("title", "wide") for n, each in enumerate(kinds) if kind in each]
    title = named[0] if named else -1 if "figure" in kinds[0] else 0
    figures = [n for n, kind in enumerate(kinds) if kind == ["figure"]]
    total = figures[0] if len(figures) == 1 and title >= 0 else -1
    column, below = 0, dict[int, int]()

    def add(found: re.Match[str]) -> str:
        nonlocal column
        tag, attributes, nothing = found[1], found[2], found[3] is not None
        if tag == "tr":
            column = 0
            return f'<tr role="row"{attributes}>'
        while below.get(column, 0):
            below[column] -= 1
            column += 1
        spans = dict(_SPAN.findall(attributes))
        across, down = int(spans.get("col", 1)), int(spans.get("row", 1))
        for each in range(column, column + across):
            below[each] = down - 1
        said = f' data-label="{escape(names[column])}"' if column < len(names) and across == 1 else ""
        kind = "rowheader" if tag == "th" else "cell"
        marks = (" data-title" if column <= title < column + across else "") + (" data-nothing" if nothing else "")
        marks += " data-sum" if column == total and across == 1 else ""
        column += across
        return f'<{tag} role="{kind}"{said}{marks}{attributes}>'

    return Markup(_TAG.sub(add, str(rows)))  # noqa: S704 - the rows come from a template, escaped there
