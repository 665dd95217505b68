"""Appeals in the office: the list, one appeal with its live total and its versions, and ending one early."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.appeals import finding, place, progress, scheduling
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force
from app.appeals.scheduling import DatesCrossed, GeneralFundStays
from app.articles import versions as articles_versions
from app.articles.versions import WrittenMeanwhile
from app.audit.trail import record
from app.database import writing
from app.office.access import AUDITOR, EDITOR, TREASURER, allow
from app.office.content import authors
from app.office.content.text_form import TextForm
from app.offline import lists
from app.subject import Subject
from app.web import notices
from app.web.fields import DayField

bp = Blueprint("appeals", __name__, url_prefix="/appeals")


class EndAppealForm(TextForm):
    """The last day of an appeal."""

    last_day = DayField(_l("Last day for gifts"), missing=_l("Enter the last day for gifts"))


@bp.get("/")
@allow(reads={EDITOR, AUDITOR, TREASURER})
def index() -> ResponseReturnValue:
    """The appeals, the newest first, with what each has raised."""
    page = finding.listed(request.args.get("before", ""))
    appeals = list(zip(page.rows, progress.of_all(page.rows), strict=True))
    return render_template("office/content/appeals.html", appeals=appeals, page=page, current=in_force(clock.today()))


@bp.get("/<slug>")
@allow(reads={EDITOR, AUDITOR, TREASURER})
def show(slug: str) -> ResponseReturnValue:
    """One appeal: what it has raised, live; when it runs and where it stands; its versions."""
    appeal = named(slug)
    return _page(appeal, EndAppealForm(formdata=None, based_on=appeal.version, last_day=clock.today()))


@bp.post("/<slug>/ending")
@allow(changes={EDITOR})
def end(slug: str) -> ResponseReturnValue:
    """Give the appeal its last day; the page and its total stay."""
    appeal, form = named(slug), EndAppealForm()
    if not form.validate():
        return _page(appeal, form, status=422)
    last_day = form.last_day.data
    before = appeal.ends_on
    try:
        with writing():
            if appeals_writing.revise(appeal, form.version_seen, appeal.text, {"ends_on": last_day}):
                record("appeal.ended", Subject("appeal", appeal.reference), {"ends_on": before}, {"ends_on": last_day})
    except DatesCrossed:
        form.wrong(form.last_day, _("The last day must be on or after the first day"))
        return _page(named(slug), form, status=422)
    except GeneralFundStays:
        form.wrong(form.last_day, _("The general fund has no last day: it takes gifts while no other appeal is open"))
        return _page(named(slug), form, status=422)
    except WrittenMeanwhile:
        notices.failed(_("Someone has changed this appeal since you opened it. Check it, then set the last day."))
        return redirect(url_for(".show", slug=slug), code=303)
    notices.done(_("It takes gifts until the end of %(day)s.", day=format_date(last_day, "long")))
    return redirect(url_for(".show", slug=slug), code=303)


def named(slug: str) -> Appeal:
    """The appeal at an address, drafts included; without one the answer is 404."""
    return appeals_writing.named(slug) or abort(404)


def _page(appeal: Appeal, form: EndAppealForm, status: int = 200) -> ResponseReturnValue:
    versions = articles_versions.versions(appeal)
    page = render_template(
        "office/content/appeal.html",
        appeal=appeal,
        progress=progress.of(appeal),
        place=place.of_appeal(appeal),
        may_end=scheduling.may_end(appeal),
        current=in_force(clock.today()),
        versions=versions,
        names=authors.names(version.written_by for version in versions),
        form=form,
        uncleared=lists.uncleared(appeal),
    )
    return page, status
