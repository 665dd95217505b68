"""Donors: finding them, the page of each with all they gave, and their details.

The page of one donor, with whichever of its forms was sent and could not be taken.
"""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import trail
from app.audit.trail import record
from app.donations import search
from app.donations.donors import donor_list
from app.donations.donors.donor_list import Details
from app.donations.search import DonationFilter
from app.donors import donor as donor_rows
from app.donors import merging
from app.donors.donor import Donor, note
from app.office.access import AUDITOR, TREASURER, allow
from app.office.content import authors
from app.office.donors.forms import DonorForm, MergeForm, NoteForm
from app.subject import Subject
from app.web import notices
from app.writing import writing


def find(reference: str) -> Donor:
    """The donor with this reference, or 404."""
    return donor_rows.find(reference) or abort(404)


def donor_page(donor: Donor, **forms: Any) -> str:
    """A donor's page; `details`, `merge` or `note` is a form that comes back with its mistakes."""
    everyone = merging.everyone([donor.id])
    parts = donor_rows.parts_of(donor)
    gifts = search.page(
        DonationFilter(state="", donor_ids=frozenset(everyone)),
        older=request.args.get("older"),
        newer=request.args.get("newer"),
    )
    here: dict[str, Any] = {"reference": donor.reference}
    notes = donor_rows.notes_about(Subject("donor", donor.reference))
    return render_template(
        "office/donors/donor.html",
        donor=donor,
        head=merging.head_of(donor) if donor.merged_into_id else None,
        parts=parts,
        given=donor_list.given(donor),
        gifts=gifts.rows,
        newer=url_for("office.donors.show", **here, newer=gifts.newer) if gifts.newer else None,
        older=url_for("office.donors.show", **here, older=gifts.older) if gifts.older else None,
        notes=notes,
        people=authors.names([each.written_by for each in notes]),
        details=forms.get("details") or DonorForm(formdata=None, obj=donor),
        merge=forms.get("merge") or MergeForm(formdata=None),
        note=forms.get("note") or NoteForm(formdata=None),
    )


bp = Blueprint("donors", __name__, url_prefix="/donors")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """A page of donors; `?q=` finds them."""
    words = request.args.get("q", "").strip()[:254]
    page = donor_list.page(words, older=request.args.get("older"), newer=request.args.get("newer"))
    query: dict[str, Any] = {"q": words} if words else {}
    return render_template(
        "office/donors/donors.html",
        words=words,
        donors=page.rows,
        given=donor_list.given_by([each.id for each in page.rows]),
        newer=url_for(".index", **query, newer=page.newer) if page.newer else None,
        older=url_for(".index", **query, older=page.older) if page.older else None,
    )


@bp.get("/<reference>")
@allow(reads={TREASURER, AUDITOR})
def show(reference: str) -> ResponseReturnValue:
    """One donor: who they are, what they gave, what was noted."""
    return donor_page(find(reference))


@bp.post("/<reference>/details")
@allow(reads=(), changes={TREASURER})
def correct(reference: str) -> ResponseReturnValue:
    """Correct a donor's details."""
    donor, form = find(reference), DonorForm()
    if not form.validate():
        return donor_page(donor, details=form), 422
    now = Details(
        form.name.data or None, form.email.data or None, form.address.data or None, form.postcode.data or None
    )
    try:
        with writing():
            donor = find(reference)
            before = asdict(donor_list.of(donor))
            donor_list.correct(donor, now)
            record("donor.corrected", Subject("donor", reference), before=before, after=asdict(now))
    except donor_list.AddressTaken:
        form.wrong(
            form.email, _("Another donor has this email address. If they are the same person, merge the two donors.")
        )
        return donor_page(find(reference), details=form), 422
    notices.done(_("Details saved. Receipts already issued stay as they are."))
    return redirect(url_for(".show", reference=reference), code=303)


@bp.post("/<reference>/notes")
@allow(reads=(), changes={TREASURER})
def add_note(reference: str) -> ResponseReturnValue:
    """Keep a note of a donor."""
    donor, form = find(reference), NoteForm()
    if not form.validate():
        return donor_page(donor, note=form), 422
    with writing():
        note(Subject("donor", reference), form.text.data, by=trail.at_work().by)
        record("donor.noted", Subject("donor", reference))
    notices.done(_("Note saved."))
    return redirect(url_for(".show", reference=reference), code=303)
