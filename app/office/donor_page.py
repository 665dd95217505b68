"""The page of one donor, with whichever of its forms was sent and could not be taken."""

from typing import Any

from flask import abort, render_template, request, url_for
from sqlalchemy import select

from app.donations import search
from app.donations.donors import donor_list
from app.donations.search import Wanted
from app.donors import merging
from app.donors.donor import Donor, Note
from app.extensions import db
from app.office import hands
from app.office.donors.forms import DonorForm, MergeForm, NoteForm


def find(reference: str) -> Donor:
    """The donor with this reference, or 404."""
    found = db.session.scalars(select(Donor).where(Donor.reference == reference)).one_or_none()
    return found or abort(404)


def show(donor: Donor, **forms: Any) -> str:
    """A donor's page; `details`, `merge` or `note` is a form that comes back with its mistakes."""
    everyone = merging.everyone([donor.id])
    parts = db.session.scalars(select(Donor).where(Donor.merged_into_id == donor.id).order_by(Donor.id)).all()
    gifts = search.page(
        Wanted(state="", donor_ids=frozenset(everyone)),
        older=request.args.get("older"),
        newer=request.args.get("newer"),
    )
    here: dict[str, Any] = {"reference": donor.reference}
    notes = db.session.scalars(select(Note).where(Note.subject == f"donor:{donor.reference}").order_by(Note.id)).all()
    return render_template(
        "office/donors/show.html",
        donor=donor,
        head=merging.head_of(donor) if donor.merged_into_id else None,
        parts=parts,
        given=donor_list.given(donor),
        gifts=gifts.rows,
        newer=url_for("office.donors.show", **here, newer=gifts.newer) if gifts.newer else None,
        older=url_for("office.donors.show", **here, older=gifts.older) if gifts.older else None,
        notes=notes,
        hands=hands.names([each.written_by for each in notes]),
        details=forms.get("details") or DonorForm(formdata=None, obj=donor),
        merge=forms.get("merge") or MergeForm(formdata=None),
        note=forms.get("note") or NoteForm(formdata=None),
    )
