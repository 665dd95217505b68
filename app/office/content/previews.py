"""The live preview: Markdown as it is being typed, rendered as readers would see it."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.office import long_bodies
from app.office.access import EDITOR, allow
from app.office.content.text_form import LARGEST, MOST_CHARACTERS

bp = Blueprint("previews", __name__, url_prefix="/preview")
# As long a text as can be saved can be looked at.
bp.url_value_preprocessor(long_bodies.up_to(LARGEST))


@bp.post("/")
@allow(changes={EDITOR})
def create() -> ResponseReturnValue:
    """The text as HTML, cleaned as on every page; nothing is kept."""
    text = request.form.get("text", "")[:MOST_CHARACTERS]
    return Response(render_template("office/content/_previewed.html", text=text))
