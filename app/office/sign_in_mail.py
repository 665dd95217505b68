"""Flask-Security's mails become letters like all others: a row now, written and sent by the worker."""

from typing import Any

from flask_security import MailUtil
from flask_security.utils import hash_password

from app import clock
from app.emails import email
from app.staff import people
from app.staff.people import Person

# Which letter stands for which of its templates.
_LETTERS = {
    "security/email/reset_instructions": people.NEW_PASSWORD,
    "security/email/reset_notice": people.PASSWORD_CHANGED,
    "security/email/change_notice": people.PASSWORD_CHANGED,
}


class Letters(MailUtil):
    """Takes what Flask-Security wants to mail. No text, no address and no link is kept: the writer makes them."""

    def send_mail(self, template: str, *_args: Any, user: Person, **_values: Any) -> None:  # type: ignore[override]
        """Make the letter due; the writing unit around the view commits it."""
        if _LETTERS[template] == people.NEW_PASSWORD:
            # For an address that nobody has, Flask-Security hashes something, so that it takes as long as mailing did.
            hash_password("takes its time")
        email.ask(_LETTERS[template], f"person:{user.reference}", clock.now().isoformat())
