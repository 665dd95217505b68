"""Writing an appeal: the form, a look at what it would be, and saving it as another version."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.appeals import place
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.appeals.place import Place
from app.appeals.scheduling import NotASlug
from app.appeals.writing import SlugTaken
from app.articles import images, versions
from app.articles.images import ForeignImage, ImageWithoutWords
from app.articles.versions import WrittenMeanwhile
from app.audit.trail import record
from app.database import writing
from app.office import long_bodies
from app.office.access import EDITOR, allow
from app.office.content.appeal_form import AppealForm
from app.office.content.appeals import named
from app.office.content.text_form import LARGEST
from app.subject import Subject
from app.web import notices

bp = Blueprint("appeal_texts", __name__, url_prefix="/appeals")
bp.url_value_preprocessor(long_bodies.up_to(LARGEST))


@bp.get("/new")
@allow(reads={EDITOR})
def new() -> ResponseReturnValue:
    """An empty page."""
    return _form(AppealForm())


@bp.post("/")
@allow(changes={EDITOR})
def create() -> ResponseReturnValue:
    """A new appeal, or a look at what it would be."""
    form = AppealForm()
    if not form.validate():
        return _form(form, status=422)
    if "preview" in request.form:
        return _form(form, preview=form.text.data)
    try:
        with writing():
            appeal = appeals_writing.begin(form.slug.data, form.unit, form.text.data, form.changes())
            record("appeal.opened", Subject("appeal", appeal.reference), after={"version": 1})
    except NotASlug:
        form.wrong(form.slug, _("The address must only include lower-case letters, numbers and single hyphens"))
    except SlugTaken:
        form.wrong(form.slug, _("This address is already used. Enter another one"))
    except (ForeignImage, ImageWithoutWords) as refusal:
        form.refuse_text(refusal)
    else:
        notices.done(_("Saved."))
        return redirect(url_for("office.appeals.show", slug=appeal.slug), code=303)
    return _form(form, status=422)


@bp.get("/<slug>/text")
@allow(reads={EDITOR})
def edit(slug: str) -> ResponseReturnValue:
    """The appeal, to be changed."""
    appeal = named(slug)
    return _form(AppealForm(appeal, data=_filled(appeal)), appeal)


@bp.post("/<slug>/text")
@allow(changes={EDITOR})
def save(slug: str) -> ResponseReturnValue:
    """Another version of the appeal, or a look at it; nobody's version is overwritten unseen."""
    appeal = named(slug)
    form = AppealForm(appeal)
    if not form.validate():
        return _form(form, appeal, status=422)
    if "preview" in request.form:
        return _form(form, appeal, preview=form.text.data)
    try:
        with writing():
            if appeals_writing.revise(appeal, form.version_seen, form.text.data, form.changes()):
                record(
                    "appeal.revised",
                    Subject("appeal", appeal.reference),
                    before={"version": form.version_seen},
                    after={"version": form.version_seen + 1},
                )
    except WrittenMeanwhile:
        return _overtaken(form, slug)
    except (ForeignImage, ImageWithoutWords) as refusal:
        form.refuse_text(refusal)
        return _form(form, appeal, status=422)
    notices.done(_("Saved."))
    return redirect(url_for("office.appeals.show", slug=slug), code=303)


def _overtaken(form: AppealForm, slug: str) -> ResponseReturnValue:
    """Show both: what was typed stays in the form, and what it would change of what somebody else saved beside it."""
    appeal = named(slug)
    changes = form.changes()
    target = changes["target"]
    yours = {
        **versions.content(appeal),
        "title": changes["title"],
        "text": form.text.data,
        "preset_rhythm": changes["preset_rhythm"],
        "target_minor": target.minor if target else None,
        "suggested_minor": [amount.minor for amount in changes["suggested"]],
    }
    if "starts_on" in changes:
        days = {name: value.isoformat() if (value := changes[name]) else None for name in ("starts_on", "ends_on")}
        yours |= {"precedence": changes["precedence"], **days}
    return _form(form, appeal, status=409, **form.overtaken_by(appeal, yours))


def _form(form: AppealForm, appeal: Appeal | None = None, status: int = 200, **shown: Any) -> ResponseReturnValue:
    page = render_template(
        "office/content/appeal_form.html",
        form=form,
        appeal=appeal,
        images=images.latest(12).rows,
        place=_place(form, appeal),
        **shown,
    )
    return page, status


def _place(form: AppealForm, appeal: Appeal | None) -> Place:
    """Where the appeal would show with what is in the form now."""
    if appeal is not None and appeal.general_fund:
        return place.of_appeal(appeal)
    return place.of(*form.place_asked(), appeal.id if appeal else None)


def _filled(appeal: Appeal) -> dict[str, Any]:
    """What the form holds when an appeal is opened in it."""
    return {
        "based_on": str(appeal.version),
        "title": appeal.title,
        "text": appeal.text,
        "target": str(appeal.target.major()) if appeal.target else "",
        "suggested": "\n".join(str(amount.major()) for amount in appeal.suggested),
        "rhythm": appeal.preset_rhythm or "",
        "starts_on": appeal.starts_on,
        "ends_on": appeal.ends_on,
        "under_articles": appeal.precedence is not None,
        "precedence": 10 if appeal.precedence is None else appeal.precedence,
    }
