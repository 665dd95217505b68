"""Gifts: finding them, and the page of each with all that happened to it.

What the list of gifts is narrowed by. All of it stands in the address, so that a search can be kept as a link.
"""

from contextlib import ExitStack
from typing import Any, ClassVar

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app.appeals import finding as appeals
from app.appeals.appeal import Appeal
from app.audit import trail
from app.audit.trail import record
from app.database import db, writing
from app.donations import disputes, refunds, search, timeline
from app.donations.donation import CARD, METHODS, RECEIVED, Donation, find_gift
from app.donations.exports import exporting
from app.donations.plans.plan import Plan
from app.donations.search import DonationFilter
from app.donors.donor import Donor, note, notes_about
from app.ledger.exports.snapshot import snapshot
from app.money import Money, home_currency
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, my_branch_id
from app.office.at_stripe import at_stripe
from app.office.books.words import method_name
from app.office.content import authors
from app.office.donors.forms import NoteForm
from app.office.sorting import ASCENDING, DESCENDING, Sorting, links
from app.receipts import handing_over
from app.subject import Subject
from app.web import notices
from app.web.fields import AmountField, DayField, LineField

_STATES = (
    ("received", _l("Received")),
    ("pledged", _l("Started, not paid yet")),
    ("on-its-way", _l("On its way")),
    ("failed", _l("Failed")),
    ("abandoned", _l("Never paid")),
    ("all", _l("All")),
)

_ORDERS = (
    (search.NEWEST, _l("Newest first")),
    (search.OLDEST, _l("Oldest first")),
    (search.LARGEST, _l("Largest first")),
    (search.SMALLEST, _l("Smallest first")),
    (search.A_TO_Z, _l("Name, A to Z")),
    (search.Z_TO_A, _l("Name, Z to A")),
)

# The columns by whose headings the list is sorted.
_COLUMNS = {
    "date": Sorting(search.NEWEST, search.OLDEST, first_is=DESCENDING),
    "donor": Sorting(search.A_TO_Z, search.Z_TO_A, first_is=ASCENDING),
    "amount": Sorting(search.LARGEST, search.SMALLEST, first_is=DESCENDING),
}


class DonationSearchForm(FlaskForm):  # type: ignore[misc]
    """One field that finds everything, and the filters; an empty one does not narrow."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf: ClassVar[bool] = False

    q = LineField(
        _l("Find"),
        description=_l("Any part of a name, an email address, a reference or a card’s last four digits"),
        longest=254,
    )
    state = SelectField(_l("State"), validate_choice=False, choices=[SelectChoice(*each) for each in _STATES])
    method = SelectField(_l("Method"), validate_choice=False)
    appeal = SelectField(_l("Appeal"), validate_choice=False)
    since = DayField(_l("From"))
    until = DayField(_l("Until"))
    order = SelectField(_l("Sort by"), validate_choice=False)
    least = AmountField(_l("At least"))
    most = AmountField(_l("At most"))

    def __init__(self, appeals: list[tuple[str, str]]) -> None:
        """Offer these appeals (reference and title); it reads the address."""
        super().__init__(formdata=request.args)
        self.appeal.choices = [SelectChoice("", _l("All")), *(SelectChoice(*each) for each in appeals)]
        self.order.choices = [SelectChoice("", _("Any")), *(SelectChoice(*each) for each in _ORDERS)]
        ways = [SelectChoice(each, method_name(each)) for each in METHODS]
        self.method.choices = [SelectChoice("", _l("All")), *ways]
        if self.state.data not in dict(_STATES):
            # Whoever looks for a person or a reference wants to see gifts that were never paid as well.
            self.state.data = "all" if self.words else "received"
        self._least: Money | None = None
        self._most: Money | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the address asks for something that can be looked for."""
        super().validate(extra_validators)
        if (self.least.data or "").strip():
            self._least = self.least.read(home_currency())
        if (self.most.data or "").strip():
            self._most = self.most.read(home_currency())
        return not self.errors

    def wanted(self) -> DonationFilter:
        """What a valid form asks for; of what a branch's treasurer may see."""
        words, state = self.words, self.state.data
        return DonationFilter(
            words=words,
            state="" if state == "all" else state,
            method=self.method.data or "",
            appeal=self.appeal.data or "",
            branch_id=my_branch_id(),
            first=self.since.data,
            last=self.until.data,
            at_least=self._least,
            at_most=self._most,
            order=self.order.data if self.order.data in search.ORDERS else "",
        )

    @property
    def words(self) -> str:
        """What was typed into the field that finds everything."""
        return (self.q.data or "").strip()

    def as_query(self) -> dict[str, Any]:
        """The filters that are set, for the address of another page of the same."""
        return {name: value for name, value in request.args.items() if name in self._fields and value}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the words narrows the list, so that the filters are to be seen."""
        return any(name != "q" for name in self.as_query())


bp = Blueprint("donations", __name__, url_prefix="/donations")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """A page of gifts, narrowed as the address says."""
    form = _search_form()
    if not form.validate():
        return render_template("office/gifts/search.html", form=form, rows=[], newer=None, older=None), 422
    wanted = form.wanted()
    page = search.page(wanted, older=request.args.get("older"), newer=request.args.get("newer"))
    query = form.as_query()
    return render_template(
        "office/gifts/search.html",
        form=form,
        rows=page.rows,
        sums=search.sums(wanted, all_of_them="sum" in request.args),
        sorts=links(_COLUMNS, search.order_of(wanted), lambda order: url_for(".index", **{**query, "order": order})),
        add_up=url_for(".index", **query, sum=1),
        newer=url_for(".index", **query, newer=page.newer) if page.newer else None,
        older=url_for(".index", **query, older=page.older) if page.older else None,
    )


@bp.post("/export")
@allow(changes={TREASURER, AUDITOR}, reads=())
def take_out() -> ResponseReturnValue:
    """The received gifts that were found, as a file, without a donor's name in it."""
    return _file(names=False)


@bp.post("/export/names")
@allow(changes={TREASURER, AUDITOR}, reads=(), fresh=True)
def take_out_with_names() -> ResponseReturnValue:
    """The same with donors' names and addresses."""
    return _file(names=True)


def _file(*, names: bool) -> ResponseReturnValue:
    """Write the export down, then send it as it is read: from one snapshot, with its totals."""
    form = _search_form()
    if not form.validate():
        return redirect(url_for(".index", **form.as_query()), code=303)
    wanted, suffix = form.wanted(), request.form.get("format", "csv")
    if suffix not in exporting.SUFFIXES:
        abort(400)
    with ExitStack() as stack:
        connection = stack.enter_context(snapshot())
        between = exporting.days(connection, wanted)
        if between is None:
            notices.failed(_("No received gifts were found, so there is nothing to export."))
            return redirect(url_for(".index", **form.as_query()), code=303)
        with writing():
            export, made = exporting.take(connection, wanted, between, suffix, names=names, by=trail.at_work().by)
            said = {"format": export.format, "from": export.from_on, "to": export.to_on, "names": names}
            record("export.made", Subject("export", export.reference), after={**said, "lines": export.lines})
        response = Response(made.pieces, content_type=made.content_type)
        # The snapshot lasts until the last piece is sent, or the reader has gone.
        response.call_on_close(stack.pop_all().close)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _search_form() -> DonationSearchForm:
    return DonationSearchForm(appeals.titles_by_start())


@bp.get("/<reference>")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def show(reference: str) -> ResponseReturnValue:
    """One gift: who gave it, what became of it, step by step, and what was noted."""
    return _page(_gift(reference), NoteForm(formdata=None))


@bp.post("/<reference>/notes")
@allow(changes={TREASURER, BRANCH_TREASURER}, reads=())
def add_note(reference: str) -> ResponseReturnValue:
    """Keep a note of a gift."""
    gift, form = _gift(reference), NoteForm()
    if not form.validate():
        return _page(gift, form), 422
    with writing():
        note(Subject("donation", reference), form.text.data, by=trail.at_work().by)
        record("donation.noted", Subject("donation", reference))
    notices.done(_("Note saved."))
    return redirect(url_for(".show", reference=reference), code=303)


def _gift(reference: str) -> Donation:
    """The gift, if there is one and this person may see it."""
    return access.or_404(find_gift(reference))


def _page(gift: Donation, form: NoteForm) -> str:
    gift_timeline = timeline.of(gift)
    subject = Subject("donation", gift.reference)
    notes = notes_about(subject)
    dispute = disputes.of_charge(gift.charge_id)
    can_go_back = gift.state == RECEIVED and gift.method == CARD and not disputes.withdrawn(gift.charge_id)
    left = refunds.left(gift) if can_go_back else Money(0, gift.currency)
    by = [each.asked_by for each in gift_timeline.refunds] + [each.written_by for each in notes]
    by += [each.given_by for each in gift_timeline.receipts if each.given_by]
    return render_template(
        "office/gifts/gift.html",
        gift=gift,
        gift_timeline=gift_timeline,
        notes=notes,
        left=left,
        dispute=dispute,
        to_give=bool(gift_timeline.receipts) and handing_over.may_be_given(gift_timeline.receipts[-1]),
        at_stripe=at_stripe(dispute.dispute_id) if dispute else None,
        appeal=db.session.get_one(Appeal, gift.appeal_id),
        donor=db.session.get(Donor, gift.donor_id) if gift.donor_id else None,
        plan=db.session.get(Plan, gift.plan_id) if gift.plan_id else None,
        people=authors.names(by),
        form=form,
    )
