"""What an admin does about one person: roles, sessions, a new second factor, another invitation, removal."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.audit import trail
from app.database import writing
from app.emails import email
from app.office.access import ADMIN, allow, me
from app.office.confirming import Question, asks_once
from app.office.people.forms import RolesForm
from app.office.people.people import known, state
from app.staff import people
from app.staff.people import Person
from app.subject import Subject
from app.web import notices

bp = Blueprint("person", __name__, url_prefix="/people/<reference>")


@bp.post("/roles")
@allow(changes={ADMIN}, fresh=True)
def change_roles(reference: str) -> ResponseReturnValue:
    """Give other roles; their sessions end."""
    person, form = known(reference), RolesForm()
    if not form.validate():
        return render_template("office/people/person.html", person=person, branch=None, form=form), 422

    def change() -> dict[str, object]:
        people.change_roles(person, form.roles.data, form.branch_id(), by=me())
        return state(person)

    return _done(
        person, "person.roles_changed", change, _("Roles changed. They have been signed out and need to sign in again.")
    )


@bp.post("/sessions/end")
@allow(changes={ADMIN}, fresh=True)
def end_sessions(reference: str) -> ResponseReturnValue:
    """Sign somebody out everywhere."""
    person = known(reference)
    return _done(
        person, "person.sessions_ended", lambda: people.end(person), _("They have been signed out everywhere.")
    )


def _whether_the_factor_is_lost(reference: str) -> Question:
    person = known(reference)
    return Question(
        _("Reset the second factor of %(name)s?", name=person.name or person.email),
        _(
            "Their app, passkeys and recovery codes will stop working, and they set up new ones when "
            "they next sign in with their password. Speak to them first to make sure that they asked for this."
        ),
        _("Reset second factor"),
        url_for("office.people.show", reference=reference),
    )


@bp.post("/second-factor/forget")
@allow(changes={ADMIN}, fresh=True)
@asks_once(_whether_the_factor_is_lost)
def forget_second_factor(reference: str) -> ResponseReturnValue:
    """For whoever lost phone and recovery codes: at the next sign-in they set up a new second factor."""
    person = known(reference)
    said = _("Second factor reset. They will set up a new one when they next sign in.")
    return _done(person, "person.second_factor_forgotten", lambda: people.forget_second_factor(person), said)


@bp.post("/invitation")
@allow(changes={ADMIN}, fresh=True)
def invite_again(reference: str) -> ResponseReturnValue:
    """Another link, when the first has run out."""
    person = known(reference)

    def ask() -> None:
        person.invited_at = clock.now()
        email.ask(people.INVITATION, Subject("person", person.reference), clock.now().isoformat())

    return _done(person, "person.invited", ask, _("Another invitation has been sent."))


def _whether_they_go(reference: str) -> Question | None:
    person = known(reference)
    if person.id == me().id:
        return None
    name = person.name or person.email
    return Question(
        _("Remove %(name)s?", name=name),
        _(
            "They will be signed out and can no longer sign in. Their name stays in the audit trail. "
            "To give them access again, send a new invitation."
        ),
        _("Remove %(name)s", name=name),
        url_for("office.people.show", reference=reference),
    )


@bp.post("/removal")
@allow(changes={ADMIN}, fresh=True)
@asks_once(_whether_they_go)
def remove(reference: str) -> ResponseReturnValue:
    """Take somebody out; the audit trail keeps their name."""
    person = known(reference)
    said = _("%(name)s no longer has access.", name=person.name or person.email)
    return _done(person, "person.removed", lambda: people.remove(person, by=me()), said)


def _done(
    person: Person, action: str, change: Callable[[], dict[str, object] | None], said: str
) -> ResponseReturnValue:
    """Do it and write it down in one unit; say what came of it on the page where the person, or everybody, stands."""
    before = state(person)
    try:
        with writing():
            after = change()
            trail.record(action, Subject("person", person.reference), before=before, after=after)
    except people.OwnRoles:
        notices.failed(_("You cannot change your own roles or remove yourself. Ask another admin."))
    except people.LastAdmin:
        notices.failed(_("This is the last admin. Make someone else an admin first."))
    else:
        notices.done(said)
    if person.active:
        return redirect(url_for("office.people.show", reference=person.reference), code=303)
    return redirect(url_for("office.people.index"), code=303)
