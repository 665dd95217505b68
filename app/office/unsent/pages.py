"""The page that leads back to a form which could not be sent, with what was typed in it."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.office.access import EVERYONE, allow
from app.office.unsent import keeping
from app.web import notices

bp = Blueprint("unsent", __name__, url_prefix="/unsent")


@bp.get("/<reference>")
@allow(reads=EVERYONE)
def show(reference: str) -> ResponseReturnValue:
    """Lead to the page whose form is filled in; where that form is gone, show what was typed."""
    typed = keeping.typed_before(reference)
    if typed is None:
        notices.failed(_("What you typed is no longer available. It is kept for one hour."))
        return redirect(url_for("office.start.index"), code=303)
    if "gone" in request.args or not typed.page:
        return render_template(
            "office/unsent/unsent.html", typed=[value for _name, value in typed.fields if value.strip()]
        )
    joint = "&" if "?" in typed.page else "?"
    return redirect(f"{typed.page}{joint}{urlencode({keeping.FIELD: reference})}", code=303)
