"""Writing an article: the form, a look at what it would be, and saving it as another version."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.articles import images as articles_images
from app.articles import versions
from app.articles import writing as articles_writing
from app.articles.article import Article
from app.articles.images import ForeignImage, ImageWithoutWords
from app.articles.versions import WrittenMeanwhile
from app.audit.trail import record
from app.database import writing
from app.office import long_bodies
from app.office.access import EDITOR, allow
from app.office.content import article_form
from app.office.content.article_form import ArticleForm
from app.office.content.articles import NUMBER, named
from app.office.content.text_form import LARGEST
from app.subject import Subject
from app.web import notices

bp = Blueprint("article_texts", __name__, url_prefix="/articles")
bp.url_value_preprocessor(long_bodies.up_to(LARGEST))


@bp.get("/new")
@allow(reads={EDITOR})
def new() -> ResponseReturnValue:
    """An empty page."""
    return _form(ArticleForm(when=article_form.DRAFT))


@bp.post("/")
@allow(changes={EDITOR})
def create() -> ResponseReturnValue:
    """A new article, or a look at what it would be."""
    form = ArticleForm()
    if not form.validate():
        return _form(form, status=422)
    if "preview" in request.form:
        return _form(form, preview=_would_be(form))
    try:
        with writing():
            article = articles_writing.begin(form.manuscript())
            record("article.begun", Subject("article", article.number), after={"version": 1})
    except (ForeignImage, ImageWithoutWords) as refusal:
        return _refused(form, refusal)
    notices.done(_("Saved as article %(number)s.", number=article.number))
    return redirect(url_for("office.articles.show", number=article.number), code=303)


@bp.get(f"/{NUMBER}/text")
@allow(reads={EDITOR})
def edit(number: int) -> ResponseReturnValue:
    """The article, to be changed."""
    article = named(number)
    return _form(ArticleForm(article, data=article_form.filled(article)), article)


@bp.post(f"/{NUMBER}/text")
@allow(changes={EDITOR})
def save(number: int) -> ResponseReturnValue:
    """Another version of the article, or a look at it; nobody's version is overwritten unseen."""
    article = named(number)
    form = ArticleForm(article)
    if not form.validate():
        return _form(form, article, status=422)
    if "preview" in request.form:
        return _form(form, article, preview=_would_be(form, article))
    try:
        with writing():
            if articles_writing.revise(article, form.version_seen, form.manuscript()):
                record(
                    "article.revised",
                    Subject("article", number),
                    before={"version": form.version_seen},
                    after={"version": form.version_seen + 1},
                )
    except WrittenMeanwhile:
        return _overtaken(form, number)
    except (ForeignImage, ImageWithoutWords) as refusal:
        return _refused(form, refusal, article)
    notices.done(_("Saved."))
    return redirect(url_for("office.articles.show", number=number), code=303)


def _form(form: ArticleForm, article: Article | None = None, status: int = 200, **shown: object) -> ResponseReturnValue:
    images = articles_images.latest(12).rows
    page = render_template("office/content/article_form.html", form=form, article=article, images=images, **shown)
    return page, status


def _would_be(form: ArticleForm, article: Article | None = None) -> Article:
    """What readers would see; it is never added to the database."""
    return Article(number=article.number if article else 0, **form.manuscript().values())


def _refused(form: ArticleForm, refusal: Exception, article: Article | None = None) -> ResponseReturnValue:
    form.refuse_text(refusal)
    return _form(form, article, status=422)


def _overtaken(form: ArticleForm, number: int) -> ResponseReturnValue:
    """Show both: what was typed stays in the form, and what somebody else saved meanwhile stands beside it."""
    article = named(number)
    return _form(form, article, status=409, **form.overtaken_by(article, versions.content(_would_be(form, article))))
