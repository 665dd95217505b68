"""Your sign-in: what everybody in the office sees and changes of their own."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import trail
from app.database import writing
from app.office import access
from app.office.access import EVERYONE, allow, me
from app.staff import people, sessions
from app.subject import Subject
from app.web import notices

bp = Blueprint("me", __name__, url_prefix="/me")


@bp.get("/")
@allow(reads=EVERYONE)
def show() -> ResponseReturnValue:
    """Who you are here, how you sign in, and where you are signed in."""
    return render_template(
        "office/people/my_account.html",
        person=me(),
        sessions=sessions.of(me().id),
        present=access.present_session(),
        idle=access.ends_idle_after(),
    )


@bp.post("/sessions/<reference>/end")
@allow(changes=EVERYONE)
def end_session(reference: str) -> ResponseReturnValue:
    """Sign out in one browser, which may be this one."""
    with writing():
        if not sessions.end(me().id, reference):
            abort(404)
        trail.record("person.session_ended", Subject("person", me().reference))
    notices.done(_("That browser has been signed out."))
    return redirect(url_for("office.me.show"), code=303)


@bp.post("/sessions/end")
@allow(changes=EVERYONE)
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here as well."""
    with writing():
        people.end(me())
        trail.record("person.sessions_ended", Subject("person", me().reference))
    notices.done(_("You have been signed out everywhere."))
    return redirect(url_for("security.login"), code=303)
