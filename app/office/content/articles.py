"""Articles in the office: the list with drafts and scheduled ones, and one article with its versions."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select, tuple_

from app import clock
from app.articles import versions as articles_versions
from app.articles.article import Article
from app.extensions import db
from app.office.access import AUDITOR, EDITOR, allow, somebody
from app.office.content import authors

bp = Blueprint("articles", __name__, url_prefix="/articles")

# The addresses of articles: what the database's integers hold.
NUMBER = "<int(min=1, max=2147483647):number>"
_PAGE = 50


@bp.app_template_global()
def may_write() -> bool:
    """Whether the signed-in person may change articles, appeals and images."""
    person = somebody()
    return person is not None and EDITOR in person.role_names


@bp.app_template_filter()
def bulleted(points: list[str]) -> str:
    """Lines of Markdown as a list of it."""
    return "\n".join(f"- {point}" for point in points)


@bp.get("/")
@allow(reads={EDITOR, AUDITOR})
def index() -> ResponseReturnValue:
    """Every article, drafts and what is still to come among them, the latest first."""
    state, before = request.args.get("state", ""), request.args.get("before", 0, int)
    articles = _listed(state, before)
    older = url_for(".index", state=state or None, before=articles[_PAGE - 1].number) if len(articles) > _PAGE else None
    return render_template(
        "office/content/articles.html",
        articles=articles[:_PAGE],
        older=older,
        state=state,
        now=clock.now(),
        first=not before,
    )


@bp.get(f"/{NUMBER}")
@allow(reads={EDITOR, AUDITOR})
def show(number: int) -> ResponseReturnValue:
    """One article as readers see it or will, and its versions."""
    article = named(number)
    versions = articles_versions.versions(article)
    return render_template(
        "office/content/article.html", article=article, versions=versions, now=clock.now(),
        names=authors.names(version.written_by for version in versions),
    )  # fmt: skip


def _listed(state: str, before: int) -> Sequence[Article]:
    """One more than a page holds, so that it is known whether there is another."""
    query = select(Article).order_by(Article.posted_at.desc(), Article.number.desc()).limit(_PAGE + 1)
    if state == "drafts":
        query = query.where(Article.draft.is_(True))
    elif state == "scheduled":
        query = query.where(Article.draft.is_(False), Article.posted_at > clock.now())
    if before:
        after = select(Article.posted_at).where(Article.number == before).scalar_subquery()
        query = query.where(tuple_(Article.posted_at, Article.number) < tuple_(after, before))
    return db.session.scalars(query).all()


def named(number: int) -> Article:
    """The article with a number, drafts included; without one the answer is 404."""
    return db.session.scalar(select(Article).where(Article.number == number)) or abort(404)
