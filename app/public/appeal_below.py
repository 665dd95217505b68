"""The appeal in force as it stands below every article and on the front page."""

from flask import render_template
from markupsafe import Markup

from app import clock
from app.appeals import progress
from app.appeals.appeal import Appeal
from app.database import db
from app.public import page_cache
from app.public.page_identity import AppealIdentity

Shown = tuple[AppealIdentity, int | None]


def identity(appeal: AppealIdentity) -> Shown:
    """What names it as pages show it: its total is "as at" a minute; without an appeal the time does not matter."""
    return appeal, None if appeal.appeal_id is None else int(clock.now().timestamp()) // 60


def html(shown: Shown) -> Markup:
    """The appeal ready to stand in a page, rendered once a minute for all articles; nothing when none is in force."""
    return Markup(page_cache.part(("appeal below", shown), lambda: _render(shown[0].appeal_id)))  # noqa: S704 - a template's


def _render(appeal_id: int | None) -> str:
    appeal = None if appeal_id is None else db.session.get(Appeal, appeal_id)
    if appeal is None:
        return ""
    return render_template("partials/_appeal.html", appeal=appeal, progress=progress.of(appeal))
