"""Importing a bank's file: upload it, say what its columns mean where nobody has yet, look at it, take it in."""

import secrets

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import delete

from app import clock
from app.audit.trail import record
from app.bank import taking_back, taking_in
from app.bank.account import BankAccount
from app.bank.formats import detecting, mapping, values
from app.bank.formats.contents import NotReadable, ReadFile
from app.bank.formats.detecting import NeedsMapping
from app.bank.formats.recognising import LARGEST
from app.bank.statement import BankUpload
from app.database import writing
from app.office import long_bodies
from app.office.access import TREASURER, allow, me
from app.office.bank import at, words
from app.office.bank.import_forms import ColumnsForm, FileForm, TakingForm
from app.office.confirming import Question, asks_once
from app.subject import Subject
from app.web import notices

bp = Blueprint("bank_imports", __name__, url_prefix="/bank")


@bp.url_value_preprocessor
def let_a_file_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A file is larger than any form; this comes before anything reads the form. The web server lets it in at this one
    address (app/asgi.py)."""
    if endpoint == "office.bank_imports.upload":
        long_bodies.let_in(LARGEST + 64 * 1024)


@bp.get("/<account>/import")
@allow(reads={TREASURER})
def new(account: str) -> ResponseReturnValue:
    """Which file?"""
    return _ask(at.account_or_404(account), FileForm(data={"account": account}))


@bp.post("/files")
@allow(changes={TREASURER})
def upload() -> ResponseReturnValue:
    """Keep the file until somebody has looked at it, if it is one that can be read."""
    form = FileForm()
    found = at.account_or_404(form.account.data or "")
    if not form.validate():
        return _ask(found, form, 422)
    body = form.file.data.read()
    try:
        detecting.read(body, found)
    except NotReadable as refusal:
        return _refused(found, refusal)
    with writing() as session:
        stored = BankUpload(
            reference=secrets.token_hex(8),
            account_id=found.id,
            name=values.words(form.file.data.filename)[:200],
            body=body,
            uploaded_at=clock.now(),
            uploaded_by=Subject("person", me().reference),
        )
        session.add(stored)
    return redirect(url_for(".look", account=found.reference, upload=stored.reference), code=303)


@bp.get("/<account>/import/<upload>")
@allow(reads={TREASURER})
def look(account: str, upload: str) -> ResponseReturnValue:
    """What would come of the file; or first, what its columns mean."""
    found = at.account_or_404(account)
    stored = at.upload_or_404(found, upload)
    read = _read(found, stored)
    return _preview(found, stored, TakingForm(found, read)) if isinstance(read, ReadFile) else read


@bp.post("/<account>/import/<upload>")
@allow(changes={TREASURER})
def take(account: str, upload: str) -> ResponseReturnValue:
    """Take in what is new."""
    found = at.account_or_404(account)
    stored = at.upload_or_404(found, upload)
    read = _read(found, stored)
    if not isinstance(read, ReadFile):
        return read
    form = TakingForm(found, read)
    if not form.validate():
        return _preview(found, stored, form, 422)
    # Once the file is taken in, it is gone.
    waiting, name, body = stored.id, stored.name, stored.body
    with writing() as session:
        # The same form sent twice at once would add twice what it says are further payments.
        if session.scalar(delete(BankUpload).where(BankUpload.id == waiting).returning(BankUpload.id)) is None:
            return redirect(url_for("office.bank_lines.index", account=account), code=303)
        by = Subject("person", me().reference)
        taken = taking_in.take_in(found, read, body, by, others=form.chosen_others, closing=form.closing)
        record(
            "bank.imported",
            Subject("bank-account", found.reference),
            after={"file": name, "new": taken.new, "known": taken.known},
        )
    new = ngettext("%(num)s new line", "%(num)s new lines", taken.new)
    notices.done(_("%(new)s, %(known)s already imported.", new=new, known=taken.known))
    return redirect(url_for("office.bank_lines.index", account=account), code=303)


@bp.get("/<account>/import/<upload>/columns")
@allow(reads={TREASURER})
def columns(account: str, upload: str) -> ResponseReturnValue:
    """What each column means, as it would be read by what was kept or guessed."""
    found = at.account_or_404(account)
    stored = at.upload_or_404(found, upload)
    return _columns(found, stored, ColumnsForm(found, stored.body))


@bp.post("/<account>/import/<upload>/columns")
@allow(changes={TREASURER})
def keep_columns(account: str, upload: str) -> ResponseReturnValue:
    """Read the file by other columns and show it, or keep the columns for this bank."""
    found = at.account_or_404(account)
    stored = at.upload_or_404(found, upload)
    form = ColumnsForm(found, stored.body)
    if not form.validate() or form.look.data or form.columns is None:
        return _columns(found, stored, form, 422 if form.errors else 200)
    with writing():
        mapping.keep(found.id, form.table.shape, form.columns)
        record("bank.columns_kept", Subject("bank-account", found.reference))
    return redirect(url_for(".look", account=account, upload=upload), code=303)


def _whether_to_take_back(account: str, digest: str, number: int) -> Question | None:
    found = at.account_or_404(account)
    statement = at.import_or_404(found, digest, number)
    if statement.id not in taking_back.may_be_taken_back(found):
        return None
    period = _("%(first)s to %(last)s", first=format_date(statement.first_day), last=format_date(statement.last_day))
    return Question(
        title=_("Undo the import of %(period)s?", period=period),
        words=ngettext(
            "%(num)s line from this import will be removed. If another file also contained it, import that file again.",
            "%(num)s lines from this import will be removed. If another file also contained some of them, import that "
            "file again.",
            statement.new,
        ),
        button=_("Undo import"),
        back=url_for("office.bank.show", account=account),
    )


@bp.post("/<account>/imports/<digest>/<int:number>/back")
@allow(changes={TREASURER})
@asks_once(_whether_to_take_back)
def take_back(account: str, digest: str, number: int) -> ResponseReturnValue:
    """Take an import back while nothing of it is booked."""
    found = at.account_or_404(account)
    statement = at.import_or_404(found, digest, number)
    try:
        with writing():
            gone = taking_back.take_back(found, statement, Subject("person", me().reference))
            record("bank.import_taken_back", Subject("bank-account", found.reference), after={"lines": gone})
        notices.done(ngettext("Import undone: %(num)s line removed.", "Import undone: %(num)s lines removed.", gone))
    except taking_back.SomeAreBooked:
        notices.failed(
            _(
                "This import cannot be undone, because one of its lines is or was matched. Match its "
                "remaining lines instead."
            )
        )
    except LookupError:
        notices.failed(_("This import has already been undone."))
    return redirect(url_for("office.bank.show", account=account), code=303)


def _read(account: BankAccount, stored: BankUpload) -> ReadFile | ResponseReturnValue:
    """What a file holds; or the page that says why it cannot be read, or that asks what its columns mean."""
    try:
        read = detecting.read(stored.body, account)
    except NotReadable as refusal:
        return _refused(account, refusal)
    if isinstance(read, NeedsMapping):
        return redirect(url_for(".columns", account=account.reference, upload=stored.reference), code=303)
    return read


def _refused(account: BankAccount, refusal: NotReadable) -> ResponseReturnValue:
    """Ask for another file, with what is wrong with this one."""
    form = FileForm(formdata=None, data={"account": account.reference})
    form.wrong(form.file, words.wrong_with(refusal))
    return _ask(account, form, 422)


def _ask(account: BankAccount, form: FileForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/bank/import.html", account=account, form=form), status


def _columns(account: BankAccount, stored: BankUpload, form: ColumnsForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/bank/columns.html", words=words, account=account, upload=stored, form=form), status


def _preview(account: BankAccount, stored: BankUpload, form: TakingForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/bank/preview.html", words=words, account=account, upload=stored, form=form), status
