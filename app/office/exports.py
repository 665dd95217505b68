"""Exports: choose, look at the control totals, take the file; every one is written down."""

from contextlib import ExitStack

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import trail
from app.donations.exports import exporting
from app.donations.exports.exporting import Against
from app.ledger.exports import formats, log
from app.ledger.exports.selection import Total
from app.ledger.exports.snapshot import snapshot
from app.money import Money
from app.office import hands
from app.office.access import AUDITOR, TREASURER, allow
from app.office.books.account_codes import PROGRAM_NAMES
from app.office.confirming import Question, asks_once
from app.office.export_form import FORMAT_NAMES, LEFT_OUT, STATEMENTS, ExportForm
from app.web.fields import last_month
from app.writing import writing

bp = Blueprint("exports", __name__, url_prefix="/exports")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """The form, and once it is filled in what it comes to; and the last exports."""
    if request.args.get("names") or request.args.get("format") in STATEMENTS:
        return redirect(f"{url_for('.with_names')}?{request.query_string.decode()}", code=303)
    return _page()


@bp.get("/names")
@allow(reads={TREASURER, AUDITOR}, fresh=True)
def with_names() -> ResponseReturnValue:
    """The same for what names people, which asks for a fresh sign-in: lists that are to, and statements, which show
    who paid as the bank's own do."""
    return _page()


@bp.post("/")
@allow(changes={TREASURER, AUDITOR}, reads=())
def take() -> ResponseReturnValue:
    """The file, without a person's name in it."""
    return _file(names=False)


@bp.post("/names")
@allow(changes={TREASURER, AUDITOR}, reads=(), fresh=True)
def take_with_names() -> ResponseReturnValue:
    """The file with people's names."""
    return _file(names=True)


@bp.get("/<reference>/totals")
@allow(reads={TREASURER, AUDITOR})
def totals(reference: str) -> ResponseReturnValue:
    """The control totals of an export that was made, as a file to keep beside it."""
    name, said = exporting.companion(log.find(reference) or abort(404))
    response = Response(said, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _whether_it_was_not_imported(reference: str) -> Question:
    made = log.find(reference) or abort(404)
    return Question(
        _("Was batch %(batch)s not imported?", batch=made.reference),
        _("Its postings can be taken out again. If it was imported after all, they will count twice there."),
        _("Withdraw batch %(batch)s", batch=made.reference),
        url_for(".index"),
    )


@bp.post("/<reference>/withdrawal")
@allow(changes={TREASURER}, reads=())
@asks_once(_whether_it_was_not_imported)
def withdraw(reference: str) -> ResponseReturnValue:
    """Note that a file was not imported after all, so that the same postings may be taken out again."""
    with writing():
        try:
            made = log.withdraw(reference, by=trail.at_work().by)
        except LookupError:
            abort(404)
        trail.record("export.withdrawn", f"export:{reference}")
    flash(_("Batch %(batch)s is withdrawn. Its postings can be taken out again.", batch=made.reference), "success")
    return redirect(url_for(".index"), code=303)


def _page(form: ExportForm | None = None) -> ResponseReturnValue:
    asked = form is not None or "format" in request.args
    form = form or ExportForm(formdata=request.args if asked else None, meta={"csrf": False})
    choice = form.choice() if asked and form.validate() else None
    found: list[Total] = []
    against: list[Against] = []
    if choice is not None:
        with snapshot() as connection:
            found = exporting.totals(connection, choice)
            against = exporting.against(connection, choice)
    if not asked:
        form.from_on.data, form.to_on.data = (day.isoformat() for day in last_month())
    made = log.latest()
    page = render_template(
        "office/exports/index.html",
        form=form,
        choice=choice,
        totals=[(each.lines, Money(each.in_minor, each.currency), Money(each.out_minor, each.currency))
                for each in found],
        left_out=LEFT_OUT if choice and choice.format in exporting.DONATIONS else (),
        against=against,
        missing=[account for each in against for account in each.accounts],
        program=formats.program_of(choice.format) if choice else "",
        programs=PROGRAM_NAMES,
        made=made,
        by=hands.names(each.made_by for each in made),
        names=FORMAT_NAMES,
    )  # fmt: skip
    if asked and choice is None:
        return page, 422
    return page, 409 if against and request.method == "POST" else 200


def _file(*, names: bool) -> ResponseReturnValue:
    """Write the export down, then send it as it is read: from one snapshot of the books, with its totals."""
    form = ExportForm()
    if not form.validate() or (form.choice().names or form.choice().is_statement) is not names:
        return _page(form)
    choice = form.choice()
    with ExitStack() as stack:
        connection = stack.enter_context(snapshot())
        found = exporting.totals(connection, choice)
        if exporting.against(connection, choice):
            return _page(form)
        with writing():
            exporting.refuse(connection, choice)
            export = exporting.note(connection, choice, found, by=trail.at_work().by)
            said = {"format": choice.format, "from": choice.from_on, "to": choice.to_on, "names": export.names}
            trail.record("export.made", f"export:{export.reference}", after={**said, "lines": export.lines})
        made = exporting.make(connection, choice, found, export.reference)
        response = Response(made.pieces, content_type=made.content_type)
        # The snapshot lasts until the last piece is sent, or the reader has gone.
        response.call_on_close(stack.pop_all().close)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
