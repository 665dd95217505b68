"""Donors: finding them, the page of each with all they gave, and their details.

The page of one donor, with whichever of its forms was sent and could not be taken.
"""

import secrets
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit import trail
from app.audit.trail import record
from app.database import writing
from app.donations import search
from app.donations.donors import donor_list
from app.donations.donors import search as donor_search
from app.donations.donors.donor_list import Details
from app.donations.donors.search import DonorFilter
from app.donations.exports import found_donors
from app.donations.search import DonationFilter
from app.donors import donor as donor_rows
from app.donors import merging
from app.donors.donor import Donor, note
from app.ledger.exports import making
from app.ledger.exports.snapshot import snapshot
from app.office.access import AUDITOR, TREASURER, allow
from app.office.content import authors
from app.office.donors.forms import DonorForm, MergeForm, NoteForm
from app.office.sorting import ASCENDING, DESCENDING, Sorting, links
from app.subject import Subject
from app.web import notices

_ORDERS = (
    (donor_search.NEWEST, _l("Newest first")),
    (donor_search.OLDEST, _l("Oldest first")),
    (donor_search.A_TO_Z, _l("Name, A to Z")),
    (donor_search.Z_TO_A, _l("Name, Z to A")),
    (donor_search.MOST, _l("Gave most first")),
    (donor_search.LEAST, _l("Gave least first")),
)

# The columns by whose headings the list is sorted; what they gave is added up for a list that is not too long.
_COLUMNS_OF_MANY = {
    "name": Sorting(donor_search.A_TO_Z, donor_search.Z_TO_A, first_is=ASCENDING),
    "since": Sorting(donor_search.NEWEST, donor_search.OLDEST, first_is=DESCENDING),
}
_COLUMNS = {**_COLUMNS_OF_MANY, "given": Sorting(donor_search.MOST, donor_search.LEAST, first_is=DESCENDING)}


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
    """A page of donors, found and sorted as the address says, and what they gave together."""
    wanted, query = _wanted(), _query()
    order = donor_search.order_of(wanted)
    page = donor_search.page(wanted, older=request.args.get("older"), newer=request.args.get("newer"))
    found = donor_search.sums(wanted, all_of_them="sum" in request.args)
    columns = _COLUMNS if found is not None and "sum" not in request.args else _COLUMNS_OF_MANY
    return render_template(
        "office/donors/donors.html",
        words=wanted.words,
        order=wanted.order,
        orders=_ORDERS,
        too_many_to_sort=bool(wanted.order) and order != wanted.order,
        donors=page.rows,
        given=donor_list.given_by([each.id for each in page.rows]),
        found=found,
        sorts=links(columns, order, lambda order: url_for(".index", **{**query, "order": order})),
        add_up=url_for(".index", **query, sum=1),
        take_out=url_for(".take_out", **query),
        newer=url_for(".index", **query, newer=page.newer) if page.newer else None,
        older=url_for(".index", **query, older=page.older) if page.older else None,
    )


@bp.post("/export")
@allow(changes={TREASURER, AUDITOR}, reads=(), fresh=True)
def take_out() -> ResponseReturnValue:
    """The donors who were found, as a file, from one snapshot. The trail says how many and by whom; not what was looked
    for, which may be the name of somebody who is erased later."""
    wanted, suffix = _wanted(), request.form.get("format", "csv")
    if suffix not in found_donors.FORMATS:
        abort(400)
    batch = secrets.token_hex(4)
    with ExitStack() as stack:
        table = found_donors.table(stack.enter_context(snapshot()), wanted)
        if not table.count:
            notices.failed(_("No donors were found, so there is nothing to export."))
            return redirect(url_for(".index", **_query()), code=303)
        with writing():
            record("donors.exported", Subject("export", batch), after={"format": suffix, "lines": table.count})
        made = making.of_table(table, f"whipround-donors-found-{batch}", suffix)
        response = Response(made.pieces, content_type=made.content_type)
        # The snapshot lasts until the last piece is sent, or the reader has gone.
        response.call_on_close(stack.pop_all().close)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _wanted() -> DonorFilter:
    order = request.args.get("order", "")
    words = request.args.get("q", "").strip()[:254]
    return DonorFilter(words, order if order in donor_search.ORDERS else "")


def _query() -> dict[str, Any]:
    """What narrows and sorts the list, for the address of another page of the same."""
    return {name: value for name, value in request.args.items() if name in ("q", "order") and value}


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
