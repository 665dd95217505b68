"""Composing an email that is due: its words come from templates, its address and its facts from whoever knows them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from app import clock
from app.config import Settings
from app.emails import wording
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line

LANGUAGE = "en-GB"

# Writes the message of an email that is due; `None` when there is nothing to say any more, or nobody to say it to. It
# runs inside a writing unit, so it may leave something behind (the hash of a link's token), but must not go out.
Composer = Callable[[DueEmail, Settings], Mail | None]


def compose(due: DueEmail, to: str, settings: Settings, **facts: Any) -> Mail:
    """The message of an email that is due, from `templates/emails/<kind>.…`: always the same one for the same facts.

    The templates get the facts, the organisation, and filters for money (minor units and currency) and ISO days.
    """
    values = {**facts, "organisation": settings.organisation}
    subject, text, html = (
        wording.fill(f"emails/{due.kind}/{part}", LANGUAGE, **values)
        for part in ("subject.txt", "text.txt", "page.html")
    )
    return Mail(
        to=to,
        subject=one_line(subject),
        text=text,
        html=html,
        message_id=f"{due.message_id}@{urlsplit(settings.base_url).hostname}",
        date=clock.local(due.asked_at),
    )
