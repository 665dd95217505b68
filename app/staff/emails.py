"""What people of the office are written: an invitation, a link to set a password, that it was changed."""

from flask_security.recoverable import generate_reset_password_token

from app.config import Settings
from app.emails.composing import compose
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.staff import people


def link(due: DueEmail, settings: Settings) -> Mail | None:
    """An invitation, or what somebody who forgot their password asked for; the link is made now and works for a day.

    `None` when the person was removed by now. A link that was made twice, because a worker was killed, is two that
    work until one is used.
    """
    person = people.find(due.subject.reference)
    if person is None or person.email is None:
        return None
    token: str = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
    return _compose(due, person, settings, link=f"{settings.base_url}/office/password/forgotten/{token}")


def notice(due: DueEmail, settings: Settings) -> Mail | None:
    """That the password was changed, for whoever did not do it."""
    person = people.find(due.subject.reference)
    return None if person is None else _compose(due, person, settings)


def _compose(due: DueEmail, person: people.Person, settings: Settings, **facts: str) -> Mail | None:
    if person.email is None:
        return None
    office = f"{settings.base_url}/office/"
    return compose(due, person.email, settings, name=one_line(person.name or ""), office=office, **facts)
