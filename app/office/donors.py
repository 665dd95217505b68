"""Donors: finding them, the page of each with all they gave, and their details."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import trail
from app.audit.trail import record
from app.donations.donors import donor_list
from app.donations.donors.donor_list import Details
from app.donors.donor import note
from app.office import donor_page
from app.office.access import AUDITOR, TREASURER, allow
from app.office.donors.forms import DonorForm, NoteForm
from app.writing import writing

bp = Blueprint("donors", __name__, url_prefix="/donors")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """A page of donors; `?q=` finds them."""
    words = request.args.get("q", "").strip()[:254]
    page = donor_list.page(words, older=request.args.get("older"), newer=request.args.get("newer"))
    query: dict[str, Any] = {"q": words} if words else {}
    return render_template(
        "office/donors/index.html",
        words=words,
        donors=page.donors,
        given=donor_list.given_by([each.id for each in page.donors]),
        newer=url_for(".index", **query, newer=page.newer) if page.newer else None,
        older=url_for(".index", **query, older=page.older) if page.older else None,
    )


@bp.get("/<reference>")
@allow(reads={TREASURER, AUDITOR})
def show(reference: str) -> ResponseReturnValue:
    """One donor: who they are, what they gave, what was noted."""
    return donor_page.show(donor_page.find(reference))


@bp.post("/<reference>/details")
@allow(reads=(), changes={TREASURER})
def correct(reference: str) -> ResponseReturnValue:
    """Correct a donor's details."""
    donor, form = donor_page.find(reference), DonorForm()
    if not form.validate():
        return donor_page.show(donor, details=form), 422
    now = Details(
        form.name.data or None, form.email.data or None, form.address.data or None, form.postcode.data or None
    )
    try:
        with writing():
            donor = donor_page.find(reference)
            before = asdict(donor_list.of(donor))
            donor_list.correct(donor, now)
            record("donor.corrected", f"donor:{reference}", before=before, after=asdict(now))
    except donor_list.AddressTaken:
        form.wrong(form.email, _("Another donor has this address. If the two are one person, merge them."))
        return donor_page.show(donor_page.find(reference), details=form), 422
    flash(_("The details are corrected. Receipts that were issued stay as they are."), "good")
    return redirect(url_for(".show", reference=reference), code=303)


@bp.post("/<reference>/notes")
@allow(reads=(), changes={TREASURER})
def add_note(reference: str) -> ResponseReturnValue:
    """Keep a note of a donor."""
    donor, form = donor_page.find(reference), NoteForm()
    if not form.validate():
        return donor_page.show(donor, note=form), 422
    with writing():
        note(f"donor:{reference}", form.text.data, by=trail.at_work().by)
        record("donor.noted", f"donor:{reference}")
    flash(_("The note is kept."), "good")
    return redirect(url_for(".show", reference=reference), code=303)
