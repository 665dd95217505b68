"""Versions in the office: what an article or an appeal once said, what that changed, and bringing it back."""

from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.articles import comparing, versions
from app.articles import writing as articles_writing
from app.articles.article import Article
from app.articles.versions import Version, WrittenMeanwhile
from app.audit.trail import record
from app.database import writing
from app.office.access import AUDITOR, EDITOR, TREASURER, allow
from app.office.content import articles, authors
from app.office.content.words import worded
from app.subject import Subject
from app.web import notices

Written = Article | Appeal

bp = Blueprint("versions", __name__, url_prefix="/versions")


class VersionedPage(NamedTuple):
    """Where the thing itself stands in the office, what it is called, and its name in the audit trail."""

    address: str
    title: str
    subject: Subject


@bp.get(f"/articles/{articles.NUMBER}/<int:version>")
@allow(reads={EDITOR, AUDITOR})
def of_article(number: int, version: int) -> ResponseReturnValue:
    """One version of an article, and what it changed."""
    return _page(articles.named(number), version)


@bp.get("/appeals/<slug>/<int:version>")
@allow(reads={EDITOR, AUDITOR, TREASURER})
def of_appeal(slug: str, version: int) -> ResponseReturnValue:
    """One version of an appeal, and what it changed."""
    return _page(appeals_writing.named(slug) or abort(404), version)


@bp.post(f"/articles/{articles.NUMBER}/<int:version>")
@allow(changes={EDITOR})
def restore_article(number: int, version: int) -> ResponseReturnValue:
    """Make an article say again what it said then."""
    return _restore(articles.named(number), version)


@bp.post("/appeals/<slug>/<int:version>")
@allow(changes={EDITOR})
def restore_appeal(slug: str, version: int) -> ResponseReturnValue:
    """Make an appeal say again what it said then."""
    return _restore(appeals_writing.named(slug) or abort(404), version)


def _page(written: Written, number: int) -> ResponseReturnValue:
    version = _version_or_404(written, number)
    before = versions.version(written, request.args.get("against", number - 1, int))
    return render_template(
        "office/content/version.html",
        version=version,
        before=before,
        place=_place(written),
        latest=written.version,
        kind=written.versioned_as,
        names=authors.names([version.written_by]),
        form=FlaskForm(),
        differences=comparing.differences(worded(before.content), worded(version.content)) if before else {},
        others=[each.number for each in versions.versions(written) if each.number != number],
    )


def _restore(written: Written, number: int) -> ResponseReturnValue:
    version, place = _version_or_404(written, number), _place(written)
    based_on = request.form.get("based_on", 0, int)
    try:
        with writing():
            if isinstance(written, Article):
                different = articles_writing.restore(written, based_on, version)
            else:
                different = appeals_writing.restore(written, based_on, version)
            if different:
                action = f"{written.versioned_as}.restored"
                record(
                    action, place.subject, before={"version": based_on}, after={"version": based_on + 1, "as": number}
                )
    except WrittenMeanwhile:
        notices.failed(_("Someone has saved another version since you opened this page. Check it first."))
    else:
        notices.done(_("Version %(number)s restored.", number=number))
    return redirect(place.address, code=303)


def _place(written: Written) -> VersionedPage:
    if isinstance(written, Article):
        address = url_for("office.articles.show", number=written.number)
        return VersionedPage(address, written.headline, Subject("article", written.number))
    return VersionedPage(
        url_for("office.appeals.show", slug=written.slug), written.title, Subject("appeal", written.reference)
    )


def _version_or_404(written: Written, number: int) -> Version:
    return versions.version(written, number) or abort(404)
