"""The appeals' pages: one appeal with its total and its suggested amounts, its total alone, and the list of all.

The total as one piece of HTML: the page, the fragment's own address and the live stream all send this very one.

A giving address as a QR code, drawn into the page, because paper has no links.
"""

from datetime import date
from functools import lru_cache

import segno
from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import clock
from app.appeals import finding, progress
from app.appeals.appeal import Appeal
from app.appeals.in_force import open_appeal
from app.public import page_cache


def render(slug: str) -> tuple[str, str] | None:
    """The version and the HTML of an appeal's total; `None` when there is no such appeal, or only a draft.

    Needs an application context, no request. The version stays while what is shown stays, whatever the time.
    """
    appeal = finding.public(slug)
    if appeal is None:
        return None
    now = progress.of(appeal)
    return now.version, render_template("partials/_raised.html", progress=now)


bp = Blueprint("appeals", __name__)


@bp.get("/appeals")
def index() -> ResponseReturnValue:
    """The appeals that take gifts today, the one in force first and the general fund last; those to come, the next
    first; those of the past, the latest first."""
    today = clock.today()
    appeals = finding.all_public()
    progress_by_slug = {each.slug: each for each in progress.of_all(appeals)}
    open_now = sorted((each for each in appeals if each.open_on(today)), key=_rank, reverse=True)
    coming = sorted((each for each in appeals if _begin(each) > today), key=_begin)
    past = sorted(
        (each for each in appeals if each.ends_on is not None and each.ends_on < today), key=_end, reverse=True
    )
    identity = [(each.slug, each.version, progress_by_slug[each.slug].version) for each in (*open_now, *coming, *past)]
    return page_cache.answer(
        identity,
        lambda: render_template(
            "public/appeals.html", open_now=open_now, coming=coming, past=past, progress_by_slug=progress_by_slug
        ),
    )


@bp.get("/appeals/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """One appeal; before its first day and after its last one it says so and takes nothing."""
    appeal = _appeal(slug)
    now = progress.of(appeal)
    minute = int(now.raised.as_at.timestamp()) // 60
    open_now = open_appeal(clock.today()) if now.phase == "ended" else None
    return page_cache.answer(
        (appeal.version, now.version, minute, open_now and (open_now.slug, open_now.version)),
        lambda: render_template("public/appeal.html", appeal=appeal, progress=now, open_now=open_now),
    )


@bp.get("/appeals/<slug>/raised")
def raised(slug: str) -> ResponseReturnValue:
    """The total alone, as it stands in the page; 304 while it is the one that was asked for."""
    version, html = render(slug) or abort(404)
    return _unless_known(Response(html), version)


@bp.get("/appeals/<slug>/raised.json")
def raised_json(slug: str) -> ResponseReturnValue:
    """The total for programs, in minor units of its currency."""
    now = progress.of(_appeal(slug))
    facts = {
        "currency": now.raised.amount.currency,
        "raised_minor": now.raised.amount.minor,
        "gifts": now.raised.gifts,
        "target_minor": None if now.target is None else now.target.minor,
        "as_at": now.raised.as_at.isoformat(timespec="seconds"),
    }
    return _unless_known(jsonify(facts), now.version)


def _unless_known(response: Response, version: str) -> ResponseReturnValue:
    response.set_etag(version)
    return response.make_conditional(request)


def _appeal(slug: str) -> Appeal:
    """The appeal at an address; drafts are not public."""
    return finding.public(slug) or abort(404)


def _rank(appeal: Appeal) -> tuple[bool, int, date]:
    precedence = -1 if appeal.precedence is None else appeal.precedence
    return not appeal.general_fund, precedence, appeal.starts_on or date.min


def _begin(appeal: Appeal) -> date:
    return appeal.starts_on or date.min


def _end(appeal: Appeal) -> date:
    return appeal.ends_on or date.min


@lru_cache(maxsize=64)
def qr(address: str) -> Markup:
    """The address as an inline SVG drawing; the text beside it has to say the address in letters."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(border=0, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawing)  # noqa: S704 - segno draws squares; the address itself is not in the drawing
