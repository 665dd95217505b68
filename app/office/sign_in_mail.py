"""Flask-Security's mails become letters like all others: a row now, written and sent by the worker."""

from typing import Any

from flask_security import MailUtil

from app import clock
from app.donations import letter
from app.staff import letters
from app.staff.person import Person

# Which letter stands for which of its templates.
_LETTERS = {
    "security/email/reset_instructions": letters.NEW_PASSWORD,
    "security/email/reset_notice": letters.PASSWORD_CHANGED,
    "security/email/change_notice": letters.PASSWORD_CHANGED,
}


class Letters(MailUtil):
    """Takes what Flask-Security wants to mail. No text, no address and no link is kept: the writer makes them."""

    def send_mail(self, template: str, *_args: Any, user: Person, **_values: Any) -> None:  # type: ignore[override]
        """Make the letter due; the writing unit around the view commits it."""
        letter.ask(_LETTERS[template], f"person:{user.reference}", clock.now().isoformat())
