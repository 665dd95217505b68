"""Practice mode's outbox: every mail can be read, and outside practice mode there is none."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from app import create_app
from app.emails import sending
from app.emails.message import Attachment, Mail
from app.services import services


@pytest.fixture
def sent(settings):
    """Sends a mail into the outbox and returns its name there."""

    def send(number: int = 1, **changes) -> str:
        values = {
            "to": "lucja@example.org",
            "subject": f"Letter {number}",
            "text": "Dear Łucja,\nthank you <b>very</b> much.\n",
            "html": "<p>Dear Łucja</p>",
            "message_id": f"letter-{number}@lantern.example",
            "date": datetime(2026, 7, 1, 11, number % 60, tzinfo=UTC),
            "attachments": (Attachment("receipt.pdf", "application/pdf", b"%PDF-1.7"),),
        }
        before = set(settings.outbox.glob("*.eml"))
        sending.send(Mail(**{**values, **changes}), sender=settings.mail_from, smtp_url=None, outbox=settings.outbox)
        (new,) = set(settings.outbox.glob("*.eml")) - before
        os.utime(new, (number, number))
        return Path(new).stem

    return send


def test_an_empty_outbox_says_what_to_do(client):
    answer = client.get("/outbox")
    assert answer.status_code == 200
    assert "No mail yet" in answer.text


def test_the_latest_mail_stands_first(client, sent):
    sent(1)
    sent(2)
    page = BeautifulSoup(client.get("/outbox").text, "html.parser")
    assert [heading.get_text() for heading in page.select("h2")] == ["Letter 2", "Letter 1"]
    assert "lucja@example.org" in page.get_text()
    assert "1 July 2026 at 12.02" in page.get_text()


def test_mails_stand_in_the_order_of_the_times_that_they_show(client, sent):
    sent(1, subject="Of today", date=datetime(2026, 7, 3, 11, tzinfo=UTC))
    sent(2, subject="Of the day before", date=datetime(2026, 7, 2, 11, tzinfo=UTC))
    page = BeautifulSoup(client.get("/outbox").text, "html.parser")
    assert [heading.get_text() for heading in page.select("h2")] == ["Of today", "Of the day before"]


def test_a_mail_is_read_as_words_with_nothing_in_it_alive(client, sent):
    answer = client.get(f"/outbox/{sent()}")
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.h1.get_text() == "Letter 1"
    assert "thank you <b>very</b> much." in page.get_text()
    assert not page.select(".letter__words b")


def test_an_address_in_a_mail_can_be_followed(client, sent):
    text = "Here: http://localhost/receipts/abc?x=1&y=2 <script>"
    page = BeautifulSoup(client.get(f"/outbox/{sent(text=text)}").text, "html.parser")
    assert [link["href"] for link in page.select(".letter__words a")] == ["http://localhost/receipts/abc?x=1&y=2"]
    assert not page.select(".letter__words script")


def test_what_is_attached_can_be_taken_away(client, sent):
    answer = client.get(f"/outbox/{sent()}/0")
    assert answer.data == b"%PDF-1.7"
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=receipt.pdf"


def test_only_mails_can_be_read(client, sent, settings):
    name = sent()
    (settings.outbox / "notes.eml").write_bytes(b"Subject: not ours\n\n")
    addresses = [f"/outbox/{name}/1", "/outbox/notes", "/outbox/abc", f"/outbox/..%2f{name}"]
    assert [client.get(address).status_code for address in addresses] == [404] * 4


def test_outside_practice_mode_there_is_no_outbox(app, settings, sent, monkeypatch):
    name = sent()
    monkeypatch.setattr(services(app), "settings", _without_practice(settings))
    assert app.test_client().get("/outbox").status_code == 404
    assert app.test_client().get(f"/outbox/{name}").status_code == 404
    other = create_app(_without_practice(settings))
    assert not [rule for rule in other.url_map.iter_rules() if "outbox" in rule.rule]


def _without_practice(settings):
    return replace(settings, practice=False)
