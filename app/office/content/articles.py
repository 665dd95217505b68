"""Articles in the office: the list with drafts and scheduled ones, and one article with its versions."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.articles import article
from app.articles import versions as articles_versions
from app.articles.article import Article
from app.office.access import AUDITOR, EDITOR, allow, somebody
from app.office.content import authors

bp = Blueprint("articles", __name__, url_prefix="/articles")

# The addresses of articles: what the database's integers hold.
NUMBER = "<int(min=1, max=2147483647):number>"


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
    page = article.listed(state, before)
    return render_template("office/content/articles.html", page=page, state=state, now=clock.now())


@bp.get(f"/{NUMBER}")
@allow(reads={EDITOR, AUDITOR})
def show(number: int) -> ResponseReturnValue:
    """One article as readers see it or will, and its versions."""
    article = named(number)
    versions = articles_versions.versions(article)
    return render_template(
        "office/content/article.html",
        article=article,
        versions=versions,
        now=clock.now(),
        names=authors.names(version.written_by for version in versions),
    )


def named(number: int) -> Article:
    """The article with a number, drafts included; without one the answer is 404."""
    return article.find(number) or abort(404)
