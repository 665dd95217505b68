"""Merging: two donors who are one person, and taking it back."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.trail import record
from app.database import db, writing
from app.donors import merging
from app.donors.donor import Donor, find_typed
from app.errors import DomainError
from app.office.access import TREASURER, allow
from app.office.donors import donors
from app.office.donors.forms import MergeForm
from app.subject import Subject
from app.web import notices

bp = Blueprint("merges", __name__, url_prefix="/donors")


@bp.post("/<reference>/merge")
@allow(reads=(), changes={TREASURER})
def merge(reference: str) -> ResponseReturnValue:
    """Make another donor a part of this one."""
    donor, form = donors.find(reference), MergeForm()
    if not form.validate():
        return donors.donor_page(donor, merge=form), 422
    other = find_typed((form.other.data or "").strip())
    if other is None:
        form.wrong(form.other, _("No donor has this reference or email address"))
        return donors.donor_page(donor, merge=form), 422
    try:
        with writing():
            merging.merge(db.session.get_one(Donor, donor.id), db.session.get_one(Donor, other.id))
            record("donor.merged", Subject("donor", reference), after={"other": other.reference})
    except DomainError:
        form.wrong(form.other, _("These donors are already merged, or one of them was erased"))
        return donors.donor_page(donors.find(reference), merge=form), 422
    notices.done(_("Donors merged. You can undo this at any time."))
    return redirect(url_for("office.donors.show", reference=reference), code=303)


@bp.post("/<reference>/unmerge")
@allow(reads=(), changes={TREASURER})
def unmerge(reference: str) -> ResponseReturnValue:
    """Let a donor who was merged into another stand alone again."""
    donor = donors.find(reference)
    with writing():
        part = db.session.get_one(Donor, donor.id)
        if part.merged_into_id is None:
            abort(404)
        whole = db.session.get_one(Donor, part.merged_into_id).reference
        merging.unmerge(part)
        record("donor.unmerged", Subject("donor", whole), after={"other": reference})
    notices.done(_("Merge undone."))
    return redirect(url_for("office.donors.show", reference=reference), code=303)
