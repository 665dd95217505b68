"""What people of the office are written: a link that works once, a notice without one; nothing to whoever is gone."""

import email
import email.policy
import re

import pytest

from app import clock
from app.database import writing
from app.emails import email as emails_email
from app.staff import people
from app.staff import people as kinds
from app.worker import emails


@pytest.fixture
def person(app):
    with writing():
        return people.add("mina@lantern.example", ["editor"], name="Mina Harker", password_hash="hash")


def sent(settings) -> list[str]:
    """The words of the mails that went out."""
    while emails.duty(settings).work_once():
        pass
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in settings.outbox.glob("*")
    ]
    return [mail.get_body(("plain",)).get_content() for mail in mails]


@pytest.mark.parametrize("kind", [kinds.INVITATION, kinds.NEW_PASSWORD])
def test_a_link_leads_to_choosing_a_password(app, settings, person, kind):
    with writing():
        emails_email.ask(kind, f"person:{person.reference}", clock.now().isoformat())
    (words,) = sent(settings)
    assert "Dear Mina Harker," in words
    link = re.search(r"http://localhost(/office/password/forgotten/\S+)", words)
    assert app.test_client().get(link[1]).status_code == 200


def test_a_changed_password_is_told_without_a_link_that_opens_anything(app, settings, person):
    with writing():
        emails_email.ask(kinds.PASSWORD_CHANGED, f"person:{person.reference}", "once")
    (words,) = sent(settings)
    assert "has been changed" in words
    assert "/forgotten/" not in words


@pytest.mark.parametrize("kind", [kinds.INVITATION, kinds.PASSWORD_CHANGED])
def test_who_is_gone_gets_no_email(app, settings, person, kind):
    with writing():
        emails_email.ask(kind, f"person:{person.reference}", "once")
        people.remove(person, by=None)
    assert sent(settings) == []
