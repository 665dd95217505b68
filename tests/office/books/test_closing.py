"""Closing a month in the office: the next one, after a look; and opening the last one again with a reason."""

from datetime import UTC, date, datetime

import pytest

from app import clock
from app.audit.trail import AuditRecord
from app.database import db
from app.ledger import closing
from tests.office.books.books import page, words


@pytest.fixture
def treasurer(app, signed_in, monkeypatch):
    client = signed_in("treasurer")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    return client


def close(client, through):
    return client.post("/office/closing/", data={"through": through})


def through():
    db.session.expire_all()
    return closing.closed_through().day


def test_the_next_month_is_offered_and_closed(treasurer):
    found = page(treasurer.get("/office/closing/"))
    assert words(found.select_one("main button")) == "Close October 2026 and all earlier months"
    assert close(treasurer, "2026-10-31").status_code == 303
    assert through() == date(2026, 10, 31)
    found = page(treasurer.get("/office/closing/"))
    assert "The books are closed up to and including 31 October 2026." in found.text
    assert "All past months are closed." in words(found.main)
    assert [record.action for record in db.session.query(AuditRecord)] == ["month.closed"]


def test_a_month_that_was_not_shown_is_not_closed(treasurer):
    assert close(treasurer, "2026-11-30").status_code == 303
    assert through() is None


def test_the_last_month_is_opened_again_with_a_reason(treasurer):
    close(treasurer, "2026-10-31")
    refused = page(treasurer.post("/office/closing/reopening", data={}), 422)
    assert words(refused.select_one(".error-summary li")) == "Enter a reason for reopening"
    sent = {"reason": "A cheque was missing", "through": "2026-10-31"}
    assert treasurer.post("/office/closing/reopening", data=sent).status_code == 303
    assert through() == date(2026, 9, 30)
    treasurer.post("/office/closing/reopening", data=sent)
    assert through() == date(2026, 9, 30), "sent twice, it opens one month"
    assert [record.action for record in db.session.query(AuditRecord)] == ["month.closed", "month.reopened"]


def test_the_auditor_sees_how_far_and_is_offered_nothing(app, signed_in):
    found = page(signed_in("auditor").get("/office/closing/"))
    assert "No month is closed yet." in found.text
    assert not found.select("main button")
