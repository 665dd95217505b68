"""Your sign-in: what everybody in the office sees and changes of their own."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import trail
from app.office.access import EVERYONE, allow, me
from app.staff import people
from app.subject import Subject
from app.web import notices
from app.writing import writing

bp = Blueprint("me", __name__, url_prefix="/me")


@bp.get("/")
@allow(reads=EVERYONE)
def show() -> ResponseReturnValue:
    """Who you are here, and how you sign in."""
    return render_template("office/people/my_account.html", person=me())


@bp.post("/sessions/end")
@allow(changes=EVERYONE)
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here as well."""
    with writing():
        people.end(me())
        trail.record("person.sessions_ended", Subject("person", me().reference))
    notices.done(_("You have been signed out everywhere."))
    return redirect(url_for("security.login"), code=303)
