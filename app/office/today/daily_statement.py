"""The statement of a day as a page: what is mailed to the treasurer at night, for any day that is asked for."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.office.access import AUDITOR, TREASURER, allow
from app.office.today import exception_words
from app.reconciliation import daily_statement
from app.web.fields import day_asked

bp = Blueprint("statement", __name__, url_prefix="/statement")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def show() -> ResponseReturnValue:
    """One local day, by default yesterday; never one that is still to come."""
    today = clock.today()
    day = min(day_asked("day", today - timedelta(days=1)), today)
    later = day + timedelta(days=1)
    return render_template(
        "office/today/daily_statement.html",
        statement=daily_statement.of(day),
        title_of=exception_words.title,
        earlier=day - timedelta(days=1),
        later=later if later <= today else None,
    )
