"""Entries: one entry with its source, an entry made by hand, and the reversal of one.

The forms of entries by hand and of their reversals.

Subjects of entries ('donation:<reference>') as ways through the office: to the page of what an entry is about.
"""

import secrets
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Regexp

from app import clock
from app.audit import trail
from app.database import db, writing
from app.ledger import accounts, by_hand, journal
from app.ledger.by_hand import Draft
from app.ledger.entries import Entry
from app.ledger.in_hand import BelowZero
from app.money import Money, home_currency
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, my_accounts
from app.office.books.words import BY_HAND, kind_name
from app.office.confirming import Question, asks_once
from app.office.content import authors
from app.office.offline import noticed
from app.office.offline import words as offline_words
from app.office.offline.noticed import Noticed
from app.subject import Subject
from app.web import notices
from app.web.fields import AmountField, CleanedForm, DayField, LinesField

_LONGEST = 1000


class EntryForm(CleanedForm):
    """One transfer between two accounts, its day and its reason."""

    nonce = HiddenField(validators=[Regexp(r"^[0-9a-f]{24}$")])
    kind = RadioField(
        _l("Type of entry"),
        validate_choice=False,
        validators=[AnyOf(list(by_hand.KINDS), _l("Select the type of entry"))],
    )
    from_code = SelectField(_l("From"), validators=[DataRequired(_l("Select the account the money comes from"))])
    to_code = SelectField(_l("To"), validators=[DataRequired(_l("Select the account the money goes to"))])
    amount = AmountField(_l("Amount"), missing=_l("Enter an amount"))
    day = DayField(_l("Date"), description=_l("For example, 27/3/2026"), missing=_l("Enter the date"))
    reason = LinesField(
        _l("Reason"),
        description=_l("For anyone checking the books. It is stored separately and can be erased."),
        missing=_l("Enter a reason"),
        longest=_LONGEST,
    )

    def __init__(self, currency: str, **values: Any) -> None:
        """Offer the accounts of the books in a currency, by kind."""
        super().__init__(**values)
        self._currency = currency
        self._money: Money | None = None
        self.kind.choices = [SelectChoice(kind, f"{name}: {when}") for kind, (name, when) in BY_HAND.items()]
        self.from_code.choices = self.to_code.choices = _choices(currency)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether an entry can be made of it."""
        super().validate(extra_validators)
        if self.from_code.data and self.from_code.data == self.to_code.data:
            self.wrong(self.to_code, _("Choose two different accounts"))
        if not self.amount.errors:
            self._money = self.amount.read(self._currency)
        return not self.errors

    def draft(self) -> Draft:
        """The entry that a valid form describes."""
        day, money = self.day.data or clock.today(), self._money or Money(0, self._currency)
        return Draft(
            self.kind.data, self.from_code.data, self.to_code.data, money, day, self.reason.data, self.nonce.data
        )


class ReversalForm(CleanedForm):
    """Why an entry is reversed."""

    reason = LinesField(_l("Reason for reversing"), missing=_l("Enter a reason for reversing"), longest=_LONGEST)


def _choices(currency: str) -> dict[str, list[tuple[str, str]]]:
    """The accounts of a currency under the names of their kinds, after a line that is none."""
    found = by_hand.choices(currency)
    groups: dict[str, list[tuple[str, str]]] = {"": [("", _("Select an account"))]}
    for kind in accounts.KINDS:
        mine = [
            (code, name) for code, (its_kind, name) in found.items() if its_kind == kind and code.endswith(currency)
        ]
        if mine:
            groups[kind_name(kind)] = mine
    return groups


# For a kind of subject: the page, and what the page calls the reference.
_PAGES: dict[str, tuple[str, str]] = {
    "bank-line": ("office.bank.line", "line"),
    "bank-account": ("office.bank.show", "account"),
    "donation": ("office.donations.show", "reference"),
    "count": ("office.collections.show", "reference"),
    "payout": ("office.payouts.show", "payout_id"),
}


def way_to(subject: Subject) -> str | None:
    """The address of what a subject names, where there is such a page and this person may see it."""
    endpoint, name = _PAGES.get(subject.kind, ("", ""))
    view = current_app.view_functions.get(endpoint)
    if view is None or not access.may(view):
        return None
    values: dict[str, Any] = {name: subject.reference}
    return url_for(endpoint, **values)


bp = Blueprint("entries", __name__, url_prefix="/entries")


@bp.get("/<int:number>")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def show(number: int) -> ResponseReturnValue:
    """What happened, what caused it, and what it moved."""
    return _page(number, ReversalForm(formdata=None))


def _whether_it_is_reversed(number: int) -> Question | None:
    entry = db.session.get(Entry, number)
    if entry is None or not by_hand.may_be_reversed(entry) or not ReversalForm().validate():
        return None
    words = _("A new entry dated today moves the same amounts back. Both entries stay in the books permanently.")
    left = by_hand.overdraft_of_reversal(entry)
    return Question(
        _("Reverse entry %(number)s?", number=number),
        words if left is None else f"{offline_words.overdrawn(left)} {words}",
        _("Reverse entry %(number)s", number=number),
        url_for(".show", number=number),
    )


@bp.post("/<int:number>/reversal")
@allow(changes={TREASURER}, reads=())
@asks_once(_whether_it_is_reversed)
def reverse(number: int) -> ResponseReturnValue:
    """Undo an entry that was made by hand."""
    form = ReversalForm()
    entry = db.session.get(Entry, number)
    if entry is None or not by_hand.may_be_reversed(entry):
        abort(404)
    if not form.validate():
        return _page(number, form), 422
    try:
        with writing():
            made = by_hand.undo(db.session.get_one(Entry, number), form.reason.data, by=trail.at_work().by)
            if made.new:
                trail.record("entry.reversed", Subject("entry", number), after={"reason": form.reason.data})
    except BelowZero as refusal:
        form.form_errors.append(offline_words.refused(refusal))
        return _page(number, form), 409
    notices.done(_("Entry reversed. Both entries stay in the books."))
    return redirect(url_for(".show", number=made.entry_id), code=303)


@bp.get("/new")
@allow(reads={TREASURER})
def new() -> ResponseReturnValue:
    """The form for an entry by hand."""
    form = EntryForm(home_currency(), formdata=None, nonce=secrets.token_hex(12))
    return render_template("office/books/entry_new.html", form=form, currency=home_currency())


@bp.post("/")
@allow(changes={TREASURER}, reads=())
def create() -> ResponseReturnValue:
    """Enter what was written; mistakes come back with it."""
    currency = home_currency()
    form = EntryForm(currency)
    if not form.validate():
        return render_template("office/books/entry_new.html", form=form, currency=currency), 422
    found = _noticed(form.draft())
    if noticed.asks(found):
        return render_template(
            "office/books/entry_new.html", form=form, currency=currency, found=found, anyway=noticed.mark(found)
        ), 409
    try:
        with writing():
            made = by_hand.enter(form.draft(), by=trail.at_work().by)
            if made.new:
                trail.record("entry.made", Subject("entry", made.entry_id), after={"reason": form.reason.data})
    except by_hand.NotTheseAccounts:
        form.wrong(
            form.to_code, _("This type of entry cannot be made between these two accounts. Select other accounts.")
        )
    except BelowZero as refusal:
        form.form_errors.append(offline_words.refused(refusal))
    except by_hand.DayNotOpen:
        form.wrong(form.day, _("The date must be in an open month and not in the future"))
    else:
        notices.done(_("Entry saved."))
        return redirect(url_for(".show", number=made.entry_id), code=303)
    return render_template("office/books/entry_new.html", form=form, currency=currency), 422


def _noticed(draft: by_hand.Draft) -> list[Noticed]:
    """What whoever enters this should look at first: a bank account below zero, an entry that may be the same."""
    if by_hand.is_entered(draft):
        return []
    left = by_hand.overdraft(draft)
    found = [Noticed(offline_words.overdrawn(left))] if left is not None else []
    for entry in by_hand.alike(draft):
        words = _(
            "This looks like entry %(number)s of %(day)s.", number=entry.id, day=offline_words.day(entry.booked_on)
        )
        found.append(Noticed(words, url_for(".show", number=entry.id)))
    return found


def _page(number: int, form: ReversalForm) -> str:
    """An entry's page; 404 for what this person may not see."""
    mine = my_accounts()
    found = journal.read_entry(number, mine)
    if found is None:
        abort(404)
    return render_template(
        "office/books/entry.html",
        found=found,
        entry=found.entry,
        mine=mine,
        by=_hand(found.entry.recorded_by),
        late=clock.local_day(found.entry.occurred_at) < found.entry.booked_on,
        subject_way=way_to(found.entry.subject),
        form=form if by_hand.may_be_reversed(found.entry) and found.reversed_by is None else None,
    )


def _hand(recorded_by: str) -> str:
    """Who or what wrote an entry: a person's name, or 'stripe'."""
    return authors.names([recorded_by])[recorded_by] if Subject.parse(recorded_by).kind == "person" else recorded_by
