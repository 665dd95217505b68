"""The picture that stands for a page elsewhere: its title, and what the appeal has raised, drawn by us when it is asked
for, so that the figure is right; kept until anything on it changes.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.appeals import progress
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force
from app.appeals.writing import named
from app.articles import reading
from app.money import written
from app.public import page_cache
from app.services import services
from app.web import assets
from app.web.filters import per_cent

bp = Blueprint("share_pictures", __name__)

SIZE = 1200, 630
_PROGRAM = Path(__file__).with_name("share_drawing.py")
# Seconds that the program may take; it takes a third of one.
_PATIENCE = 15


class NotDrawn(Exception):
    """The picture could not be drawn: a font or fontconfig is missing, or the words are too much for it."""


@bp.get("/share.png")
def of_front() -> ResponseReturnValue:
    """The front page's: the organisation, with the appeal in force."""
    return _picture(services().settings.organisation.name, in_force(clock.today()))


@bp.get("/appeals/<slug>/share.png")
def of_appeal(slug: str) -> ResponseReturnValue:
    """An appeal's, with its title and its total; drafts have none."""
    appeal = named(slug)
    if appeal is None or appeal.starts_on is None:
        abort(404)
    return _picture(appeal.title, appeal)


@bp.get("/articles/<int(max=2147483647):number>/share.png")
def of_article(number: int) -> ResponseReturnValue:
    """An article's, with its headline and the total of the appeal that stands under it today."""
    article = reading.article(number) or abort(404)
    return _picture(article.headline, in_force(clock.today()))


def _picture(title: str, appeal: Appeal | None) -> ResponseReturnValue:
    said: dict[str, Any] = {"organisation": services().settings.organisation.name, "title": title}
    if appeal is not None:
        said |= _total(appeal)
    try:
        answer = page_cache.file(sorted(said.items()), lambda: drawn(said), "image/png")
    except NotDrawn:
        return redirect(assets.asset("share.png"), code=302), {"Cache-Control": "no-store"}
    # Other sites show it on pages of their own.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _total(appeal: Appeal) -> dict[str, Any]:
    now = progress.of(appeal)
    if now.phase == "coming":
        return {}
    if now.target is not None and now.share is not None:
        of = _("raised of %(target)s", target=written(now.target, short=True)) + f" · {per_cent(now.share)}"
    else:
        of = _("raised") + " · " + ngettext("%(num)s gift", "%(num)s gifts", now.raised.gifts)
    return {"raised": written(now.raised.amount, short=True), "of": of, "laps": list(now.laps)}


def drawn(said: dict[str, Any]) -> bytes:
    """The picture as PNG, by a program of its own that is held to its limits. Raises `NotDrawn`."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the words are only its input
            [sys.executable, "-I", str(_PROGRAM)],
            input=json.dumps(said).encode(),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise NotDrawn("the picture takes too long to draw") from error
    if done.returncode != 0 or not done.stdout:
        raise NotDrawn("the picture cannot be drawn")
    return done.stdout
