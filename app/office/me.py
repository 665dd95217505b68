"""Your sign-in: what everybody in the office sees and changes of their own."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.office.access import EVERYONE, allow, me

bp = Blueprint("me", __name__, url_prefix="/me")


@bp.get("/")
@allow(reads=EVERYONE)
def show() -> ResponseReturnValue:
    """Who you are here, and how you sign in."""
    return render_template("office/me.html", person=me())
