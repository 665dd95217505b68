"""Stripe's webhook: what is not from Stripe is refused, and 200 is answered only after a commit."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app import create_app
from app.database import db
from app.donations import settlement
from app.donations.donation import Donation
from app.ledger import verifying
from app.ledger.entries import Entry
from app.payments.inbox import StripeEvent
from app.worker import duties, events
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET
from tests.stripe_bodies import charge, event, signed

URL = "/webhooks/stripe"


def deliver(client, body, secret=SECRET, **headers):
    raw, signature = signed(body, secret)
    return client.post(URL, data=raw, headers={**signature, **headers})


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


class TestRefusing:
    """Nothing of what is refused here is kept."""

    @pytest.fixture(autouse=True)
    def _nothing_is_kept(self, client):
        yield client
        assert count(StripeEvent) == 0

    def test_an_unsigned_delivery(self, client):
        assert client.post(URL, json=event("charge.succeeded", charge("d"))).status_code == 400

    def test_a_delivery_with_somebody_elses_signature(self, client):
        assert deliver(client, event("charge.succeeded", charge("d")), "whsec_theirs").status_code == 400

    def test_a_signature_that_is_not_even_ascii(self, client):
        answer = client.post(URL, data=b"{}", headers={"Stripe-Signature": "t=1782900000,v1=\xe9"})
        assert answer.status_code == 400

    def test_bytes_that_are_no_text(self, client):
        answer = client.post(URL, data=b"\xff\xfe", headers={"Stripe-Signature": "t=1782900000,v1=abc"})
        assert answer.status_code == 400

    def test_a_live_event_in_practice(self, client):
        answer = deliver(client, event("charge.succeeded", charge("d"), livemode=True))
        assert (answer.status_code, answer.text) == (400, "a live event for test books")

    def test_an_event_of_another_kind(self, client):
        raw, headers = signed({"id": "evt_1", "object": "v2.core.event", "created": "2026-07-01T00:00:00Z"}, SECRET)
        assert client.post(URL, data=raw, headers=headers).status_code == 400

    @pytest.mark.parametrize("more", [{}, {"created": "2026-07-01T00:00:00.000Z"}, {"data": None}, {"data": {}}])
    def test_a_thin_event_whatever_else_stands_in_it(self, client, more):
        whole = {**event("v1.charge.succeeded", charge("d")), "object": "v2.core.event", **more}
        whole["related_object"] = {"id": "ch_1", "type": "charge", "url": "/v1/charges/ch_1"}
        answer = deliver(client, whole)
        assert (answer.status_code, "no thin events" in answer.text) == (400, True)
        assert count(StripeEvent) == 0

    def test_a_body_larger_than_any_event(self, client):
        assert deliver(client, event("x", {"filling": "x" * 600_000})).status_code == 413

    def test_anything_but_a_post(self, client):
        assert client.get(URL).status_code == 405
        assert client.put(URL).status_code == 405

    def test_the_log_does_not_repeat_what_strangers_send(self, client, caplog):
        with caplog.at_level(logging.WARNING):
            client.post(URL, data=b"lucja@example.org", headers={"Stripe-Signature": "t=1,v1=lucja"})
        assert "was refused" in caplog.text
        assert "lucja" not in caplog.text


def test_a_body_larger_than_any_form_but_not_than_an_event_is_read(client):
    assert deliver(client, event("unheard.of", {"filling": "x" * 100_000})).status_code == 200
    assert count(StripeEvent) == 1


def test_no_session_and_no_csrf_token_is_asked_for_and_none_is_given(client):
    answer = deliver(client, event("unheard.of", {}))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.text == ""


def test_both_secrets_are_good_while_one_is_rolled(settings):
    application = create_app(replace(settings, stripe_webhook_secrets=("whsec_new", "whsec_old")))
    with application.app_context():
        client = application.test_client()
        assert deliver(client, event("unheard.of", {}), "whsec_old").status_code == 200
        assert deliver(client, event("unheard.of", {}), "whsec_new").status_code == 200
        assert deliver(client, event("unheard.of", {})).status_code == 400
        db.session.remove()
        db.engine.dispose()


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
class TestKeeping:
    """Each test begins with a pledge and the news that it was paid."""

    @pytest.fixture
    def paid(self):
        return event("charge.succeeded", charge(a_pledge(an_appeal()).reference))

    def state(self):
        db.session.rollback()
        return db.session.scalars(select(Donation.state)).one()

    def test_when_it_says_200_everything_is_committed(self, client, paid):
        committed = []
        sqlalchemy_event.listen(db.engine, "commit", lambda _connection: committed.append(True))
        assert deliver(client, paid).status_code == 200
        assert committed == [True]
        assert self.state() == "received"
        assert (count(StripeEvent), count(Entry)) == (1, 1)

    def test_when_the_commit_fails_it_says_503_and_nothing_is_kept_until_stripe_sends_it_again(self, client, paid):
        # The balances are the last that a commit writes, on PostgreSQL together with the COMMIT itself.
        @sqlalchemy_event.listens_for(db.engine, "before_cursor_execute")
        def full(_connection, _cursor, statement, *_rest):
            if statement.startswith("INSERT INTO balances"):
                sqlalchemy_event.remove(db.engine, "before_cursor_execute", full)
                raise OperationalError("COMMIT", {}, OSError("No space left on device"))

        answer = deliver(client, paid)
        assert (answer.status_code, answer.text) == (503, "not kept, send it again")
        assert self.state() == "pledged"
        assert (count(StripeEvent), count(Entry)) == (0, 0)
        assert deliver(client, paid).status_code == 200
        assert self.state() == "received"
        assert (count(StripeEvent), count(Entry)) == (1, 1)
        assert verifying.faults() == []

    def test_when_the_event_cannot_be_stored_it_says_503(self, client, paid, monkeypatch):
        def broken(*_args):
            raise OperationalError("INSERT", {}, OSError("the database has gone away"))

        monkeypatch.setattr("app.payments.inbox._store", broken)
        assert deliver(client, paid).status_code == 503

    def test_what_cannot_be_applied_is_kept_and_the_worker_settles_it_later(self, client, paid, monkeypatch, caplog):
        def broken(_charge):
            raise ValueError("lucja@example.org is not in the list")

        with monkeypatch.context() as patch:
            patch.setattr(settlement, "settle", broken)
            assert deliver(client, paid).status_code == 200
        kept = db.session.scalars(select(StripeEvent)).one()
        assert (kept.state, kept.last_error) == ("pending", "ValueError")
        assert "lucja@example.org" not in caplog.text
        assert self.state() == "pledged"
        duties.do_all_due([events.duty(None)])
        assert self.state() == "received"
        db.session.rollback()
        assert db.session.scalars(select(StripeEvent.state, StripeEvent.last_error)).all() == ["applied"]
        assert verifying.faults() == []

    def test_what_was_half_applied_is_undone_before_the_event_is_kept(self, client, paid, monkeypatch):
        def half_way(*_args, **_named):
            raise RuntimeError

        monkeypatch.setattr("app.ledger.posting.post", half_way)
        assert deliver(client, paid).status_code == 200
        assert self.state() == "pledged"
        assert (count(StripeEvent), count(Entry)) == (1, 0)

    def test_a_second_delivery_changes_nothing(self, client, paid):
        assert [deliver(client, paid).status_code for _ in range(3)] == [200] * 3
        assert (count(StripeEvent), count(Entry)) == (1, 1)

    def test_an_event_that_waits_is_not_applied_by_its_second_delivery_but_by_the_worker(
        self, client, paid, monkeypatch
    ):
        with monkeypatch.context() as patch:
            patch.setattr(settlement, "settle", None)
            deliver(client, paid)
        assert deliver(client, paid).status_code == 200
        assert count(StripeEvent) == 1
        duties.do_all_due([events.duty(None)])
        assert self.state() == "received"


def test_where_the_lock_cannot_be_had_it_says_503(client):
    lock = Path(f"{db.engine.url.database}.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    assert deliver(client, event("unheard.of", {})).status_code == 503
    lock.rmdir()
    assert deliver(client, event("unheard.of", {})).status_code == 200
