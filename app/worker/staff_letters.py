"""What people of the office are written: an invitation, a link to set a password, that it was changed."""

from flask_security.recoverable import generate_reset_password_token

from app.config import Settings
from app.emails.composing import compose
from app.emails.email import DueLetter
from app.emails.message import Mail
from app.receipts.facts import one_line
from app.staff import people
from app.staff.people import Person


def link(due: DueLetter, settings: Settings) -> Mail | None:
    """An invitation, or what somebody who forgot their password asked for; the link is made now and works for a day.

    `None` when the person was removed by now. A link that was made twice, because a worker was killed, is two that
    work until one is used.
    """
    person = _person(due)
    if person is None or person.email is None:
        return None
    token: str = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
    made = f"{settings.base_url}/office/password/forgotten/{token}"
    return compose(due, person.email, settings, name=one_line(person.name or ""), link=made, office=_office(settings))


def notice(due: DueLetter, settings: Settings) -> Mail | None:
    """That the password was changed, for whoever did not do it."""
    person = _person(due)
    if person is None or person.email is None:
        return None
    return compose(due, person.email, settings, name=one_line(person.name or ""), office=_office(settings))


def _office(settings: Settings) -> str:
    return f"{settings.base_url}/office/"


def _person(due: DueLetter) -> Person | None:
    return people.find(due.subject.removeprefix("person:"))
