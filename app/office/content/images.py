"""Images in the office: uploading one, and the words with which a text shows it."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from app.appeals import writing as appeals_writing
from app.articles import images as articles_images
from app.articles.images import LARGEST, Image, NotAPicture
from app.audit.trail import record
from app.database import db, writing
from app.markup import image_address
from app.office import long_bodies
from app.office.access import AUDITOR, EDITOR, allow
from app.office.confirming import Question, asks_once
from app.office.content import authors
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, LineField

bp = Blueprint("images", __name__, url_prefix="/images")

_PAGE = 24


class ImageForm(CleanedForm):
    """One picture and its words."""

    picture = FileField(
        _l("Picture"),
        description=_l("JPEG, PNG, WebP or GIF, up to 12 MB. The place and time it was taken are removed."),
        validators=[FileRequired(_l("Select an image"))],
    )
    words = LineField(
        _l("Description of the image"),
        description=_l("For people who cannot see it. Do not repeat what the caption or the text already says."),
        missing=_l("Enter a description of the image"),
        longest=300,
    )


bp.url_value_preprocessor(long_bodies.up_to(LARGEST + 64 * 1024))


@bp.app_template_filter()
def picture_line(image: Image) -> str:
    """The line of Markdown that puts an image into a text."""
    words = image.words.replace("[", "(").replace("]", ")")
    return f"![{words}]({image_address(image.reference)})"


@bp.get("")
@allow(reads={EDITOR, AUDITOR})
def index() -> ResponseReturnValue:
    """The images, the newest first, and the form to upload another."""
    return _page(ImageForm(formdata=None))


@bp.post("")
@allow(changes={EDITOR})
def create() -> ResponseReturnValue:
    """Take in a picture: it is made anew before anything is written."""
    form = ImageForm()
    if not form.validate():
        return _page(form, status=422)
    db.session.rollback()
    try:
        picture = articles_images.reencode(form.picture.data.read())
    except NotAPicture:
        form.wrong(
            form.picture, _("This file cannot be read as an image. Select a JPEG, PNG, WebP or GIF of up to 12 MB")
        )
        return _page(form, status=422)
    with writing():
        image = articles_images.keep(picture, form.words.data)
        record("image.uploaded", Subject("image", image.reference))
    return redirect(url_for(".show", reference=image.reference), code=303)


@bp.get("/<reference>")
@allow(reads={EDITOR, AUDITOR})
def show(reference: str) -> ResponseReturnValue:
    """One image, the line that puts it into a text, and where it is shown."""
    image = articles_images.named(reference) or abort(404)
    articles, appeals = articles_images.shown_in(reference), appeals_writing.showing_image(reference)
    return render_template(
        "office/content/image.html",
        image=image,
        names=authors.names([image.uploaded_by]),
        articles=articles,
        appeals=appeals,
        form=FlaskForm(),
    )


def _whether_it_goes(reference: str) -> Question:
    image = articles_images.named(reference) or abort(404)
    return Question(
        _("Delete the image “%(words)s”?", words=image.words),
        _(
            "This cannot be undone. Where the image is shown now, its description appears instead. "
            "Browsers that have already loaded it may keep it for a year."
        ),
        _("Delete image"),
        url_for(".show", reference=reference),
    )


@bp.post("/<reference>/removal")
@allow(changes={EDITOR})
@asks_once(_whether_it_goes)
def remove(reference: str) -> ResponseReturnValue:
    """Take an image away for good: somebody on it may want that."""
    with writing():
        image = articles_images.named(reference) or abort(404)
        articles_images.take_away(image)
        record("image.removed", Subject("image", reference))
    notices.done(_("Image deleted. Where it was used, its description is shown instead."))
    return redirect(url_for(".index"), code=303)


def _page(form: ImageForm, status: int = 200) -> ResponseReturnValue:
    page = articles_images.latest(_PAGE, request.args.get("before", ""))
    return render_template("office/content/images.html", form=form, page=page), status
