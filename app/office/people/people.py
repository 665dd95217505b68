"""The people of the office, for admins: who there is, inviting somebody, and what each may do."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appeals.branch import Branch
from app.audit import trail
from app.database import db, writing
from app.emails import email
from app.office.access import ADMIN, AUDITOR, allow
from app.office.people.forms import InvitationForm, RolesForm
from app.staff import people
from app.staff.people import Person
from app.subject import Subject
from app.web import notices

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/")
@allow(reads={ADMIN, AUDITOR})
def index() -> ResponseReturnValue:
    """Everybody who may enter."""
    return render_template("office/people/people.html", people=people.everybody())


@bp.get("/new")
@allow(reads={ADMIN}, fresh=True)
def new() -> ResponseReturnValue:
    """The form of an invitation."""
    return render_template("office/people/person_new.html", form=InvitationForm())


@bp.post("/new")
@allow(changes={ADMIN}, fresh=True)
def invite() -> ResponseReturnValue:
    """Add somebody, and mail them a link to choose a password by."""
    form = InvitationForm()
    if form.validate():
        try:
            with writing():
                person = people.add(form.email.data, form.roles.data, name=form.name.data, branch_id=form.branch_id())
                trail.record("person.added", _subject(person), after=state(person))
                _ask_in(person)
        except (people.NotAnEmailAddress, people.KnownAlready) as refusal:
            form.email.errors = [_why(refusal)]
        else:
            notices.done(_("Invitation sent to %(name)s.", name=person.name))
            return redirect(url_for(".show", reference=person.reference), code=303)
    return render_template("office/people/person_new.html", form=form), 422


@bp.get("/<reference>")
@allow(reads={ADMIN, AUDITOR})
def show(reference: str) -> ResponseReturnValue:
    """One person: their roles, how they sign in, and what an admin may do about it."""
    person = known(reference)
    branch = db.session.get(Branch, person.branch_id) if person.branch_id else None
    form = RolesForm(data={"roles": sorted(person.role_names), "branch": branch.reference if branch else ""})
    return render_template("office/people/person.html", person=person, branch=branch, form=form)


def known(reference: str) -> Person:
    """The person with this reference, or 404."""
    return people.find(reference) or abort(404)


def _ask_in(person: Person) -> None:
    person.invited_at = clock.now()
    email.ask(people.INVITATION, _subject(person), clock.now().isoformat())


def _subject(person: Person) -> Subject:
    return Subject("person", person.reference)


def state(person: Person) -> dict[str, object]:
    """What the trail keeps of a person, before and after a change."""
    branch = db.session.get(Branch, person.branch_id) if person.branch_id else None
    said: dict[str, object] = {"email": person.email, "name": person.name, "roles": sorted(person.role_names)}
    return {**said, "branch": branch.name} if branch else said


def _why(refusal: Exception) -> str:
    if isinstance(refusal, people.KnownAlready):
        return str(_("Someone with this email address already has access"))
    return str(_("Enter an email address in the correct format, like name@example.org"))
