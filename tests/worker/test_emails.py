"""The emails' duty: what is due is written as things are when it goes out, and sent once."""

import email
import email.policy

import pytest
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.emails import email as emails_email
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.worker import emails


def writer(due: DueEmail, settings) -> Mail | None:
    return Mail(
        to="lucja@example.org",
        subject="About your plan",
        text=f"It is about {due.subject}.",
        html=f"<p>It is about {due.subject}.</p>",
        message_id=f"{due.message_id}@lantern.example",
        date=clock.local(due.asked_at),
    )


def ask(occasion: str = "once") -> None:
    with writing():
        emails_email.ask("note", "plan:abc", occasion)


@pytest.mark.both_databases
def test_an_email_that_is_due_is_sent_once(app, settings):
    ask()
    ask()
    duty = emails.duty(settings, {"note": writer})
    assert duty.work_once()
    assert not duty.work_once()
    sent = db.session.scalars(select(DueEmail)).one()
    assert (sent.state, sent.last_error) == ("sent", None)
    assert sent.sent_at is not None
    (path,) = settings.outbox.glob("*")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (mail["To"], mail["Subject"]) == ("lucja@example.org", "About your plan")


def test_another_occasion_is_another_email(app, settings):
    ask("in_1")
    ask("in_2")
    duty = emails.duty(settings, {"note": writer})
    assert [duty.work_once(), duty.work_once(), duty.work_once()] == [True, True, False]
    assert len(list(settings.outbox.glob("*"))) == 2


def test_an_email_with_nothing_left_to_say_is_dropped(app, settings):
    ask()
    assert emails.duty(settings, {"note": lambda _due, _settings: None}).work_once()
    assert db.session.scalars(select(DueEmail)).one().state == "dropped"
    assert not settings.outbox.exists()


def test_a_message_id_does_not_give_the_subject_away(app, settings):
    ask()
    assert "abc" not in db.session.scalars(select(DueEmail.message_id)).one()


def test_an_email_that_cannot_be_written_stays_due_with_its_reason(app, settings):
    ask()
    assert emails.duty(settings, {}).work_once()
    kept = db.session.scalars(select(DueEmail)).one()
    assert (kept.state, kept.last_error) == ("due", "KeyError")
    assert kept.next_try_at is not None
