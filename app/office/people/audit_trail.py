"""The audit trail: who did what, when, from where, before and after; to read and to take out.

What the audit trail is narrowed by: who, what, to what, when. All of it stands in the address.

What the trail's actions are called on its page; an action that is not here is shown by its own name.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app import clock
from app.audit import reading, trail
from app.audit.reading import TrailFilter
from app.database import writing
from app.ledger.exports.tables import guarded
from app.office.access import ADMIN, AUDITOR, allow
from app.staff import people
from app.subject import Subject
from app.web.fields import DayField, LineField


class AuditForm(FlaskForm):  # type: ignore[misc]
    """The filters; an empty one does not narrow."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf: ClassVar[bool] = False

    by = SelectField(_l("Who"), validate_choice=False, validators=[Optional(), Length(max=60)])
    action = SelectField(_l("What"), validate_choice=False, validators=[Optional(), Length(max=60)])
    subject = LineField(_l("About"), longest=120)
    since = DayField(_l("From"))
    until = DayField(_l("Until"))

    def __init__(self, people: list[tuple[str, str]], actions: list[tuple[str, str]]) -> None:
        """The choices are pairs of a value and what it is called; it reads the address."""
        super().__init__(formdata=request.args)
        self.by.choices = [SelectChoice("", _l("Everybody")), *(SelectChoice(*each) for each in people)]
        self.action.choices = [SelectChoice("", _l("Everything")), *(SelectChoice(*each) for each in actions)]

    def wanted(self) -> TrailFilter:
        """What is asked for, with whole local days; call it once the form is valid."""
        return TrailFilter(
            by=self.by.data or None,
            action=self.action.data or None,
            subject=(self.subject.data or "").strip() or None,
            since=_begin(self.since.data),
            until=_begin(self.until.data + timedelta(days=1)) if self.until.data else None,
        )

    def as_query(self) -> dict[str, Any]:
        """The filters that are set, for the address of another page of the same."""
        return {name: value for name, value in request.args.items() if name in self._fields and value}


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, clock.local_zone()).astimezone(UTC) if day else None


WORDS = {
    "person.signed_in": _l("Signed in"),
    "person.sign_in_failed": _l("Failed to sign in"),
    "person.added": _l("Added a person"),
    "person.invited": _l("Invited a person"),
    "person.roles_changed": _l("Changed roles"),
    "person.renamed": _l("Changed a name"),
    "person.removed": _l("Removed a person"),
    "person.session_ended": _l("Ended a session"),
    "person.sessions_ended": _l("Ended sessions"),
    "person.second_factor_forgotten": _l("Allowed someone to set up a new second factor"),
    "person.second_factor_changed": _l("Changed their second factor"),
    "person.second_factor_removed": _l("Switched off their second factor"),
    "person.recovery_codes_made": _l("Created recovery codes"),
    "person.passkey_added": _l("Added a passkey"),
    "person.passkey_removed": _l("Removed a passkey"),
    "person.password_changed": _l("Changed their password"),
    "person.password_reset": _l("Set a password through a link"),
    "person.link_asked": _l("Asked for a link to set a password"),
    "access.refused": _l("Was refused a page"),
    "access.limited": _l("Was blocked after too many attempts"),
    "article.begun": _l("Wrote an article"),
    "article.revised": _l("Changed an article"),
    "article.restored": _l("Restored a version of an article"),
    "appeal.opened": _l("Opened an appeal"),
    "appeal.revised": _l("Changed an appeal"),
    "appeal.ended": _l("Ended an appeal"),
    "appeal.restored": _l("Restored a version of an appeal"),
    "donation.noted": _l("Added a note to a gift"),
    "donation.refunded": _l("Refunded a gift"),
    "plan.move_asked": _l("Asked Stripe to give a monthly gift to another appeal"),
    "plan.moved": _l("Gave a monthly gift to another appeal"),
    "donor.noted": _l("Added a note to a donor"),
    "donor.corrected": _l("Changed a donor’s details"),
    "donor.merged": _l("Merged two donors"),
    "donor.unmerged": _l("Undid a merge of donors"),
    "donor.erased": _l("Erased a donor"),
    "exception.acknowledged": _l("Accepted an exception"),
    "exception.withdrawn": _l("Listed an exception again"),
    "stripe.catch_up_asked": _l("Fetched what was missing from Stripe"),
    "stripe.event_replayed": _l("Retried a message from Stripe"),
    "suspense.explained": _l("Explained a movement at Stripe"),
    "image.uploaded": _l("Uploaded an image"),
    "image.removed": _l("Deleted an image"),
    "bank.account_added": _l("Added a bank account"),
    "bank.columns_kept": _l("Chose what a bank file’s columns mean"),
    "bank.imported": _l("Imported a bank file"),
    "bank.import_taken_back": _l("Undid an import of a bank file"),
    "bank.line_matched": _l("Matched a bank line"),
    "bank.cash_difference": _l("Booked cash that the bank counted differently"),
    "bank.line_undone": _l("Undid the match of a bank line"),
    "bank.payee_erased": _l("Erased who was paid by a bill"),
    "bank.rule_made": _l("Made a rule for bank lines"),
    "bank.rule_removed": _l("Removed a rule for bank lines"),
    "branch.founded": _l("Added a branch"),
    "branch.changed": _l("Changed a branch"),
    "branch.closed": _l("Closed a branch"),
    "branch.reopened": _l("Reopened a branch"),
    "receipt.given": _l("Handed over or posted a receipt"),
    "count.entered": _l("Entered a count"),
    "count.reversed": _l("Reversed a count"),
    "gift.entered": _l("Entered a gift by hand"),
    "gift.announced": _l("Entered a promised gift"),
    "gift.withdrawn": _l("Withdrew a promised gift"),
    "gift.made_promise": _l("Changed an early-booked transfer to a promise"),
    "gift.reversed": _l("Reversed a gift entered by hand"),
    "cheque.bounced": _l("Marked a cheque as bounced"),
    "money.paid_in": _l("Paid money in at the bank"),
    "standing_order.expected": _l("Entered a standing order"),
    "standing_order.changed": _l("Changed a standing order"),
    "standing_order.ended": _l("Ended a standing order"),
    "standing_order.passed_over": _l("Skipped a missed payment of a standing order"),
    "entry.made": _l("Made an entry by hand"),
    "entry.reversed": _l("Reversed an entry"),
    "month.closed": _l("Closed a month"),
    "month.reopened": _l("Reopened a month"),
    "export.made": _l("Exported the books or gifts"),
    "donors.exported": _l("Exported donors"),
    "export.withdrawn": _l("Withdrew an export"),
    "export.accounts_mapped": _l("Changed account codes for an accounting program"),
    "audit.exported": _l("Exported the audit trail"),
}


def action_words(action: str) -> str:
    """'Signed in' for 'person.signed_in'."""
    return str(WORDS.get(action, action))


bp = Blueprint("audit", __name__, url_prefix="/audit")

_ON_A_PAGE = 50
_COLUMNS = ("when", "who", "who_reference", "what", "about", "from", "before", "after", "details_sha256")


@bp.get("/")
@allow(reads={ADMIN, AUDITOR})
def index() -> ResponseReturnValue:
    """A page of the trail, narrowed as the address says."""
    form = _form()
    if not form.validate():
        return render_template(
            "office/people/audit_trail.html", form=form, records=[], names={}, older=None, start=None
        ), 422
    begin = reading.place(request.args.get("begin", ""))
    records, after = reading.page(form.wanted(), begin, _ON_A_PAGE)
    query = form.as_query()
    return render_template(
        "office/people/audit_trail.html",
        form=form,
        query=query,
        records=records,
        names=_names(records),
        older=url_for(".index", **query, begin=str(after)) if after else None,
        start=url_for(".index", **query) if begin else None,
    )


@bp.get("/trail.csv")
@allow(reads={ADMIN, AUDITOR}, fresh=True)
def take_out() -> ResponseReturnValue:
    """The narrowed trail as CSV, streamed; that it was taken out is on the trail itself."""
    form = _form()
    if not form.validate():
        return index()
    wanted = form.wanted()
    with writing():
        trail.record("audit.exported", Subject("audit", "trail"), after=form.as_query())
    return Response(
        stream_with_context(_lines(reading.all_of_them(wanted))),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="audit-trail-{clock.today()}.csv"'},
    )


def _lines(all_records: Iterable[reading.AuditReading]) -> Iterator[str]:
    names = {each.reference: each.name for each in people.ever()}
    out = io.StringIO()
    # Spreadsheets know by it that what follows is UTF-8.
    out.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for records in all_records:
        record, details = records.record, records.details
        who = names.get(record.by.reference) or record.by
        said = [
            json.dumps(details[part], ensure_ascii=False) if part in details else "" for part in ("before", "after")
        ]
        cells = (record.at.isoformat(), who, record.by, record.action, record.subject, details.get("from", ""), *said)
        writer.writerow([*map(guarded, cells), record.digest])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _form() -> AuditForm:
    """The filters, with everybody who ever was in the office and all that can be done there."""
    choices = [(Subject("person", each.reference), each.name or each.email or each.reference) for each in people.ever()]
    others = [("operator", _("The operator")), ("stranger", _("People not signed in"))]
    return AuditForm([*others, *choices], [(action, str(words)) for action, words in WORDS.items()])


def _names(all_records: Iterable[reading.AuditReading]) -> dict[str, Any]:
    """What the people on this page are called, by 'person:<reference>': whether they did something or it was about
    them."""
    named = {
        part for records in all_records for part in (records.record.by, records.record.subject) if part.kind == "person"
    }
    known = people.named({each.reference for each in named})
    found: dict[str, Any] = {
        Subject("person", each.reference): each.name or each.email or each.reference for each in known
    }
    found[Subject("person", "unknown")] = _("Unknown")
    return {"operator": _("The operator"), "stranger": _("Someone not signed in"), **found}
