"""The total as one piece of HTML: the page, the fragment's own address and the live stream all send this very one."""

from flask import render_template
from sqlalchemy import select

from app.appeals import progress
from app.appeals.appeal import Appeal
from app.extensions import db


def render(slug: str) -> tuple[str, str] | None:
    """The version and the HTML of an appeal's total; `None` when there is no such appeal, or only a draft.

    Needs an application context, no request. The version stays while what is shown stays, whatever the time.
    """
    appeal = db.session.scalar(select(Appeal).where(Appeal.slug == slug, Appeal.starts_on.is_not(None)))
    if appeal is None:
        return None
    now = progress.of(appeal)
    return now.version, render_template("partials/_raised.html", standing=now)
