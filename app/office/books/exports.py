"""Exports: choose, look at the control totals, take the file; every one is written down.

The form that says what to export; it is sent once to look at the totals, and once more to get the file.
"""

from contextlib import ExitStack
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.appeals import branch
from app.appeals.finding import titles
from app.audit import trail
from app.database import writing
from app.donations.exports import exporting
from app.donations.exports.exporting import Against, Choice
from app.ledger import accounts
from app.ledger.exports import formats, log
from app.ledger.exports.formats import FORMATS
from app.ledger.exports.selection import Total
from app.ledger.exports.snapshot import snapshot
from app.money import Money
from app.office.access import AUDITOR, TREASURER, allow, me
from app.office.books.account_codes import PROGRAM_NAMES
from app.office.confirming import Question, asks_once
from app.office.content import authors
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, DayField, last_month

# In the order of the form: the file, and what it is for.
FORMAT_NAMES = {
    "ledger-xlsx": _l("Ledger, for a spreadsheet (XLSX)"),
    "ledger-csv": _l("Ledger, as CSV"),
    "donations-xlsx": _l("Donations, for a spreadsheet (XLSX)"),
    "donations-csv": _l("Donations, as CSV"),
    "xero-statement": _l("Xero: bank statement of one account"),
    "xero-journals": _l("Xero: manual journals"),
    "quickbooks-statement": _l("QuickBooks Online: bank statement of one account"),
    "quickbooks-journals": _l("QuickBooks Online: journals"),
    "freeagent-statement": _l("FreeAgent: bank statement of one account"),
    "sage-statement": _l("Sage Accounting: bank statement of one account"),
    "sage-50": _l("Sage 50: audit trail of journals"),
    "beancount": _l("beancount: journal with balances asserted"),
    "hledger": _l("hledger: journal with balances asserted"),
}

# What names whoever paid, as the bank's own statement does.
STATEMENTS = frozenset(name for name, form in FORMATS.items() if form.one_account)

# What a list of donations leaves out, in the words of `app/donations/exports/table.py`.
LEFT_OUT = (
    _l("gifts that are promised but not received"),
    _l("money received that does not belong to a gift yet"),
    _l("interest and other income not raised by an appeal"),
    _l("corrections to income entered in the ledger by hand"),
    _l("fees of gifts that Stripe settled in another currency or has not settled yet: these are left blank"),
)


class ExportForm(CleanedForm):
    """What, of which days, and of which account, appeal and branch."""

    format = SelectField(
        _l("File"),
        validators=[DataRequired(_l("Select a file"))],
        choices=[SelectChoice(name, said) for name, said in FORMAT_NAMES.items()],
    )
    from_on = DayField(_l("From"), missing=_l("Enter the first date"))
    to_on = DayField(_l("To (inclusive)"), missing=_l("Enter the last date"))
    account = SelectField(_l("Account"), default="")
    appeal = SelectField(_l("Appeal"), default="")
    branch = SelectField(_l("Branch"), default="")
    names = BooleanField(
        _l("Include names, email addresses and postal addresses"),
        description=_l(
            "Only for exports of donations. Include them only if you need to: anyone who has the file can read them."
        ),
    )

    def __init__(self, **values: Any) -> None:
        """Offer what there is."""
        super().__init__(**values)
        every = [(each.code, f"{each.name} ({each.code})") for each in accounts.every()]
        self.account.choices = _after(_("All accounts"), every)
        self.appeal.choices = _after(_("All appeals"), titles())
        branches = [(each.reference, each.name) for each in branch.all_of_them()]
        self.branch.choices = _after(_("All branches"), branches)
        self._choice: Choice | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether a file can be made of what was chosen."""
        super().validate(extra_validators)
        first, last = self.from_on.data, self.to_on.data
        form = FORMATS.get(self.format.data or "")
        if first and last and first > last:
            self.wrong(self.to_on, _("The last date must be on or after the first"))
        if form and form.one_account and not self.account.data:
            self.wrong(self.account, _("Select an account: a bank statement covers only one"))
        if form and form.one_account and (self.appeal.data or self.branch.data):
            self.wrong(
                self.appeal if self.appeal.data else self.branch,
                _("A bank statement covers its whole account: do not select an appeal or a branch"),
            )
        if self.names.data and self.format.data not in exporting.DONATIONS:
            self.wrong(self.names, _("Names and addresses can only be included in exports of donations"))
        if first and last and not self.errors:
            self._choice = Choice(
                self.format.data,
                first,
                last,
                self.account.data,
                self.appeal.data,
                self.branch.data,
                bool(self.names.data),
            )
        return not self.errors

    def choice(self) -> Choice:
        """What a valid form describes."""
        if self._choice is None:
            raise LookupError("the form is not valid")
        return self._choice


def _after(everything: str, choices: list[tuple[str, str]]) -> list[SelectChoice]:
    """The choices, after one that stands for all of them."""
    return [SelectChoice(value, said) for value, said in [("", everything), *choices]]


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
        _("Withdraw batch %(batch)s?", batch=made.reference),
        _(
            "Do this only if the file was never imported. Its postings can then be exported again; if "
            "it was imported, they will count twice in the other program."
        ),
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
        trail.record("export.withdrawn", Subject("export", reference))
    notices.done(_("Batch %(batch)s withdrawn. Its postings can be exported again.", batch=made.reference))
    return redirect(url_for(".index"), code=303)


def _is_a_copy() -> bool:
    """Whether whoever asks keeps no books, so that a file for an accounting program is one to look at."""
    return TREASURER not in me().role_names


def _page(form: ExportForm | None = None) -> ResponseReturnValue:
    asked = form is not None or "format" in request.args
    form = form or ExportForm(formdata=request.args if asked else None, meta={"csrf": False})
    choice = form.choice() if asked and form.validate() else None
    found: list[Total] = []
    against: list[Against] = []
    if choice is not None:
        with snapshot() as connection:
            found = exporting.totals(connection, choice)
            against = exporting.against(connection, choice, copy=_is_a_copy())
    if not asked:
        form.from_on.data, form.to_on.data = last_month()
    made = log.latest()
    page = render_template(
        "office/books/exports.html",
        form=form,
        choice=choice,
        totals=[
            (each.lines, Money(each.in_minor, each.currency), Money(each.out_minor, each.currency)) for each in found
        ],
        left_out=LEFT_OUT if choice and choice.format in exporting.DONATIONS else (),
        against=against,
        missing=[account for each in against for account in each.accounts],
        program=formats.program_of(choice.format) if choice else "",
        programs=PROGRAM_NAMES,
        made=made,
        by=authors.names(each.made_by for each in made),
        names=FORMAT_NAMES,
    )
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
        if exporting.against(connection, choice, copy=_is_a_copy()):
            return _page(form)
        with writing():
            exporting.refuse(connection, choice, copy=_is_a_copy())
            export = exporting.note(connection, choice, found, by=trail.at_work().by, copy=_is_a_copy())
            said = {"format": choice.format, "from": choice.from_on, "to": choice.to_on, "names": export.names}
            trail.record("export.made", Subject("export", export.reference), after={**said, "lines": export.lines})
        made = exporting.make(connection, choice, found, export.reference)
        response = Response(made.pieces, content_type=made.content_type)
        # The snapshot lasts until the last piece is sent, or the reader has gone.
        response.call_on_close(stack.pop_all().close)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
