"""The calendar: which appeal stands under the articles on each day of the coming months, its gaps and overlaps."""

import calendar
import string
from datetime import date, timedelta

from babel.dates import get_day_names
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale

from app import clock
from app.appeals import in_force
from app.appeals.appeal import Appeal
from app.appeals.in_force import Span
from app.office.access import AUDITOR, EDITOR, TREASURER, allow

bp = Blueprint("calendar", __name__, url_prefix="/calendar")

_MONTHS = 4
# Monday first, as calendars have it here.
_WEEKS = calendar.Calendar(firstweekday=0)

# A month as it is drawn: its name, and its weeks; a day is its date and the letter of its appeal.
Month = tuple[str, list[list[tuple[date, str] | None]]]


@bp.get("/")
@allow(reads={EDITOR, AUDITOR, TREASURER})
def show() -> ResponseReturnValue:
    """Some months from the present one on, or from another that is asked for by its number from now."""
    ahead = min(max(request.args.get("ahead", 0, int), 0), 60)
    first = _month_after(clock.today().replace(day=1), ahead)
    last = _month_after(first, _MONTHS) - timedelta(days=1)
    spans = in_force.spans(max(first, clock.today()), last)
    letters = _letters(spans)
    months = [_month(_month_after(first, number), spans, letters) for number in range(_MONTHS)]
    return render_template(
        "office/content/calendar.html",
        spans=spans,
        letters=letters,
        months=months,
        today=clock.today(),
        ahead=ahead,
        step=_MONTHS,
        weekdays=[get_day_names(locale=get_locale() or "en_GB")[number] for number in range(7)],
    )


def _letters(spans: list[Span]) -> dict[int, str]:
    """A letter for each appeal that will be in force, by appeal id, in the order in which they come."""
    ids = dict.fromkeys(span.appeal.id for span in spans if span.appeal)
    names = [*string.ascii_uppercase, *string.ascii_lowercase]
    return {appeal_id: names[place % len(names)] for place, appeal_id in enumerate(ids)}


def _month(first: date, spans: list[Span], letters: dict[int, str]) -> Month:
    weeks = [
        [(day, _letter(day, spans, letters)) if day.month == first.month else None for day in week]
        for week in _WEEKS.monthdatescalendar(first.year, first.month)
    ]
    return format_date(first, "LLLL y"), weeks


def _letter(day: date, spans: list[Span], letters: dict[int, str]) -> str:
    """The letter of the appeal in force; empty on a day without one and on days that have passed."""
    appeal: Appeal | None = next((span.appeal for span in spans if span.first <= day <= span.last), None)
    return letters[appeal.id] if appeal else ""


def _month_after(first: date, number: int) -> date:
    """The first day of the month that comes so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
    return date(year, month + 1, 1)
