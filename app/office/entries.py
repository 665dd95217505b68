"""Entries: one entry with its source, an entry made by hand, and the reversal of one."""

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.audit import trail
from app.extensions import db
from app.ledger import by_hand, reading
from app.ledger.entries import Entry
from app.ledger.in_hand import BelowZero
from app.money import home_currency
from app.office import hands
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow
from app.office.confirming import Question, asks_once
from app.office.entry_forms import EntryForm, ReversalForm
from app.office.offline import noticed
from app.office.offline import words as offline_words
from app.office.offline.noticed import Noticed
from app.office.sight import my_accounts
from app.office.subjects import way_to
from app.writing import writing

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
    words = _("A new entry of today moves the same amounts back. Both stay in the books for good.")
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
                trail.record("entry.reversed", f"entry:{number}", after={"reason": form.reason.data})
    except BelowZero as refusal:
        form.form_errors.append(offline_words.refused(refusal))
        return _page(number, form), 409
    flash(_("The entry is reversed. Both stay in the books."), "success")
    return redirect(url_for(".show", number=made.entry_id), code=303)


@bp.get("/new")
@allow(reads={TREASURER})
def new() -> ResponseReturnValue:
    """The form for an entry by hand."""
    form = EntryForm(home_currency(), formdata=None, nonce=secrets.token_hex(12))
    return render_template("office/entries/new.html", form=form, currency=home_currency())


@bp.post("/")
@allow(changes={TREASURER}, reads=())
def create() -> ResponseReturnValue:
    """Enter what was written; mistakes come back with it."""
    currency = home_currency()
    form = EntryForm(currency)
    if not form.validate():
        return render_template("office/entries/new.html", form=form, currency=currency), 422
    found = _noticed(form.draft())
    if noticed.asks(found):
        return render_template(
            "office/entries/new.html", form=form, currency=currency, found=found, anyway=noticed.mark(found)
        ), 409
    try:
        with writing():
            made = by_hand.enter(form.draft(), by=trail.at_work().by)
            if made.new:
                trail.record("entry.made", f"entry:{made.entry_id}", after={"reason": form.reason.data})
    except by_hand.NotTheseAccounts:
        form.wrong(form.to_code, _("An entry of this kind does not go between these two accounts. Choose others."))
    except BelowZero as refusal:
        form.form_errors.append(offline_words.refused(refusal))
    except by_hand.DayNotOpen:
        form.wrong(form.day, _("Choose a day of a month that is not closed, and not one to come"))
    else:
        flash(_("The entry is in the books."), "success")
        return redirect(url_for(".show", number=made.entry_id), code=303)
    return render_template("office/entries/new.html", form=form, currency=currency), 422


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
    found = reading.read(number, mine)
    if found is None:
        abort(404)
    return render_template(
        "office/entries/show.html",
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
    return hands.names([recorded_by])[recorded_by] if recorded_by.startswith("person:") else recorded_by
