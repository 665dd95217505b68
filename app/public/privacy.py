"""The privacy notice, where the organisation keeps it in a file of its own; else the link leads to its own site."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from app.public import page_cache
from app.services import services

bp = Blueprint("privacy", __name__)


@bp.get("/privacy")
def show() -> ResponseReturnValue:
    """The notice as the organisation wrote it."""
    settings = services().settings
    text = settings.organisation.privacy_text or abort(404)
    return page_cache.answer(text, lambda: render_template("public/privacy.html", text=text))
