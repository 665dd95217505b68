"""The front page, /donate, which leads to whatever appeal is in force, and the privacy notice."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, markup
from app.appeals.in_force import open_appeal
from app.articles import reading
from app.articles.article import Article
from app.public import appeal_below, page_cache, page_identity
from app.public import articles as public_articles
from app.public.appeal_below import Shown
from app.public.giving import form as giving_form
from app.services import services

bp = Blueprint("front", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """The latest articles, and beside them the appeal in force."""
    appeal = appeal_below.identity(page_identity.of_appeal_in_force(clock.today()))
    return page_cache.answer((page_identity.of_latest(), appeal), lambda: _render(appeal))


@bp.get("/donate")
def donate() -> ResponseReturnValue:
    """The giving form of the appeal in force, with what the address asks for (`?amount=25`, `?every=month`); whoever is
    sent there must ask again the next time."""
    appeal = open_appeal(clock.today())
    headers = {"Cache-Control": "no-store"}
    if appeal is None:
        return Response(render_template("public/giving/no_appeal.html"), headers=headers)
    asked = urlencode(giving_form.asked(request.args))
    form = url_for("public.donations.form", slug=appeal.slug)
    return redirect(f"{form}?{asked}" if asked else form, code=302), headers


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """The privacy notice, where the organisation keeps it in a file of its own; else the link leads to its own site."""
    settings = services().settings
    text = settings.organisation.privacy_text or abort(404)
    return page_cache.answer(text, lambda: render_template("public/privacy.html", text=text))


def _render(appeal: Shown) -> str:
    articles = [(article, public_articles.of(article), _beginning(article)) for article in reading.latest()]
    return render_template("public/front.html", articles=articles, appeal=appeal_below.html(appeal))


def _beginning(article: Article) -> str:
    """The article's first paragraph that has words, without its marks: a picture may stand before it."""
    return next(filter(None, map(markup.plain, article.text.split("\n\n"))), "")
