"""Closing a month, and opening the last closed one again."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.audit import trail
from app.database import writing
from app.ledger import closing
from app.office.access import AUDITOR, TREASURER, allow
from app.office.content import authors
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, LinesField

bp = Blueprint("closing", __name__, url_prefix="/closing")


class ReopeningForm(CleanedForm):
    """Why a closed month is opened again."""

    reason = LinesField(_l("Reason for reopening"), missing=_l("Enter a reason for reopening"), longest=1000)


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def show() -> ResponseReturnValue:
    """How far the books are closed, and what can be closed next."""
    return _page(ReopeningForm(formdata=None))


@bp.post("/")
@allow(changes={TREASURER}, reads=())
def close() -> ResponseReturnValue:
    """Close the month that the form names: the next one."""
    through = closing.next_to_close()
    if through is None or request.form.get("through") != through.isoformat():
        return redirect(url_for(".show"), code=303)
    try:
        with writing():
            before = closing.closed_through().day
            closing.close(through, by=trail.at_work().by)
            trail.record("month.closed", Subject("month", f"{through:%Y-%m}"), {"closed": before}, {"closed": through})
    except (closing.ClosedAlready, closing.MonthNotOver):
        # Somebody was faster; the page shows what is so now.
        return redirect(url_for(".show"), code=303)
    notices.done(_("The books are closed up to and including %(day)s.", day=format_date(through, "d MMMM y")))
    return redirect(url_for(".show"), code=303)


@bp.post("/reopening")
@allow(changes={TREASURER}, reads=())
def reopen() -> ResponseReturnValue:
    """Open the last closed month again, with a reason."""
    form = ReopeningForm()
    if not form.validate():
        return _page(form), 422
    try:
        with writing():
            # Sent twice, or by two at once, it opens the month that was shown and not the one before it as well.
            if not _is_closed_through(request.form.get("through")):
                raise closing.NothingClosed
            opened = closing.reopen(by=trail.at_work().by)
            now = closing.closed_through().day
            after = {"closed": now, "reason": form.reason.data}
            trail.record("month.reopened", Subject("month", f"{opened:%Y-%m}"), {"closed": opened}, after)
    except closing.NothingClosed:
        return redirect(url_for(".show"), code=303)
    notices.done(_("Month reopened."))
    return redirect(url_for(".show"), code=303)


def _is_closed_through(day: str | None) -> bool:
    closed = closing.held().day
    return closed is not None and closed.isoformat() == day


def _page(form: ReopeningForm) -> str:
    row, following = closing.closed_through(), closing.next_to_close()
    return render_template(
        "office/books/closing.html",
        closed=row,
        by=authors.names([row.changed_by]).get(row.changed_by),
        following=following,
        today=clock.today(),
        form=form,
    )
