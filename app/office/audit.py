"""The audit trail: who did what, when, from where, before and after; to read and to take out."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.audit import reading, trail
from app.extensions import db
from app.ledger.exports.tables import guarded
from app.office import action_words
from app.office.access import ADMIN, AUDITOR, allow
from app.office.audit_form import AuditForm
from app.staff.people import Person
from app.writing import writing

bp = Blueprint("audit", __name__, url_prefix="/audit")

_ON_A_PAGE = 50
_COLUMNS = ("when", "who", "who_reference", "what", "about", "from", "before", "after", "details_sha256")


@bp.get("/")
@allow(reads={ADMIN, AUDITOR})
def index() -> ResponseReturnValue:
    """A page of the trail, narrowed as the address says."""
    form = _form()
    if not form.validate():
        return render_template("office/audit.html", form=form, told=[], names={}, older=None, start=None), 422
    begin = reading.place(request.args.get("begin", ""))
    told, after = reading.page(form.wanted(), begin, _ON_A_PAGE)
    query = form.as_query()
    return render_template(
        "office/audit.html",
        form=form,
        query=query,
        told=told,
        names=_names(told),
        older=url_for(".index", **query, begin=str(after)) if after else None,
        start=url_for(".index", **query) if begin else None,
    )


@bp.get("/trail.csv")
@allow(reads={ADMIN, AUDITOR}, fresh=True)
def take_out() -> ResponseReturnValue:
    """The narrowed trail as CSV, streamed; that it was taken out is on the trail itself."""
    form = _form()
    if not form.validate():
        return index()
    wanted = form.wanted()
    with writing():
        trail.record("audit.exported", "audit:trail", after=form.as_query())
    return Response(
        stream_with_context(_lines(reading.all_of_them(wanted))),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="audit-trail-{clock.today()}.csv"'},
    )


def _lines(all_told: Iterable[reading.Told]) -> Iterator[str]:
    names = {row.reference: row.name for row in db.session.execute(select(Person.reference, Person.name))}
    out = io.StringIO()
    # Spreadsheets know by it that what follows is UTF-8.
    out.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for told in all_told:
        deed, details = told.deed, told.details
        who = names.get(deed.by.removeprefix("person:")) or deed.by
        said = [
            json.dumps(details[part], ensure_ascii=False) if part in details else "" for part in ("before", "after")
        ]
        cells = (deed.at.isoformat(), who, deed.by, deed.action, deed.subject, details.get("from", ""), *said)
        writer.writerow([*map(guarded, cells), deed.digest])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _form() -> AuditForm:
    """The filters, with everybody who ever was in the office and all that can be done there."""
    people = db.session.execute(select(Person.reference, Person.name, Person.email).order_by(Person.name)).all()
    choices = [(f"person:{reference}", name or email or reference) for reference, name, email in people]
    others = [("operator", _("The operator")), ("stranger", _("Strangers"))]
    return AuditForm([*others, *choices], [(action, str(words)) for action, words in action_words.WORDS.items()])


def _names(all_told: Iterable[reading.Told]) -> dict[str, Any]:
    """What the people on this page are called, by 'person:<reference>': whether they did something or it was about
    them."""
    named = {part for told in all_told for part in (told.deed.by, told.deed.subject) if part.startswith("person:")}
    wanted = select(Person.reference, Person.name, Person.email).where(
        Person.reference.in_([each.removeprefix("person:") for each in named])
    )
    found = {f"person:{reference}": name or email or reference for reference, name, email in db.session.execute(wanted)}
    nobody = {"operator": _("The operator"), "stranger": _("A stranger"), "person:unknown": _("Nobody known")}
    return {**nobody, **found}
