"""The inbox: only what Stripe signed is taken in, once, and what could not be applied waits."""

import json
import time

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from stripe import WebhookSignature

from app import clock
from app.database import db, writing
from app.errors import DomainError
from app.limits import Attempt
from app.payments import inbox
from app.payments.inbox import Outcome, StripeEvent
from tests.stripe_bodies import charge, event, signed

NEW, OLD = "whsec_new", "whsec_old"


def delivered(body=None, *, secret=NEW, secrets=(NEW, OLD), live=False, at=None):
    raw, headers = signed(body or event("charge.succeeded", charge("d")), secret, at=at)
    return inbox.verify(raw, headers["Stripe-Signature"], secrets=secrets, live=live)


class TestVerifying:
    @pytest.mark.parametrize("secret", [NEW, OLD])
    def test_while_a_secret_is_rolled_both_are_good(self, secret):
        body = event("charge.succeeded", charge("d"))
        delivery = delivered(body, secret=secret)
        assert json.loads(delivery.raw) == body
        assert (delivery.news.event_id, delivery.news.type) == (body["id"], "charge.succeeded")

    def test_a_delivery_signed_with_several_secrets_at_once_is_good(self):
        raw, headers = signed(event("x", {}), "whsec_other")
        _, ours = signed(json.loads(raw), OLD)
        both = f"{headers['Stripe-Signature']},{ours['Stripe-Signature'].split(',')[1]},v0=something"
        assert inbox.verify(raw, both, secrets=(NEW, OLD), live=False)

    def test_a_secret_that_is_not_ours_is_none(self):
        with pytest.raises(inbox.NotFromStripe):
            delivered(secret="whsec_theirs")
        with pytest.raises(inbox.NotFromStripe):
            delivered(secrets=())

    def test_one_byte_changed_is_another_delivery(self):
        raw, headers = signed(event("x", {"id": "ch_1"}), NEW)
        for tampered in (raw.replace(b"ch_1", b"ch_2"), raw + b" ", raw[:-1], json.dumps(json.loads(raw)).encode()):
            with pytest.raises(inbox.NotFromStripe):
                inbox.verify(tampered, headers["Stripe-Signature"], secrets=(NEW,), live=False)

    @pytest.mark.parametrize("offset", [-299, 0, 299])
    def test_a_time_stamp_within_five_minutes_is_good(self, offset):
        assert delivered(at=time.time() + offset)

    @pytest.mark.parametrize("offset", [-302, -86_400, 302, 86_400])
    def test_a_stale_time_stamp_is_refused_and_so_is_one_from_the_future(self, offset):
        with pytest.raises(inbox.NotFromStripe):
            delivered(at=time.time() + offset)

    def test_a_second_time_stamp_does_not_hide_the_one_that_was_signed(self):
        raw, headers = signed(event("x", {}), NEW, at=time.time() + 86_400)
        with pytest.raises(inbox.NotFromStripe):
            inbox.verify(raw, f"{headers['Stripe-Signature']},t={int(time.time())}", secrets=(NEW,), live=False)

    @pytest.mark.parametrize(
        "header",
        [
            "", " ", "t=", "t=now,v1=abc", "v1=abc", "t=1", "t,v1", "t=1,v1", "=", ",,,", "t=٣,v1=x",
            f"t={'9' * 5000},v1=x",
            "t=NOW,v1=é", "t=NOW,v1=", "t=NOW,v0=abc", "\x00",
        ],
    )  # fmt: skip
    def test_a_header_that_is_none_is_refused(self, header):
        # The names of tests must not change from one second to the next.
        header = header.replace("NOW", str(int(time.time())))
        with pytest.raises(inbox.NotFromStripe):
            inbox.verify(b"{}", header, secrets=(NEW,), live=False)

    def test_bytes_that_are_no_text_are_refused(self):
        with pytest.raises(inbox.NotFromStripe):
            inbox.verify(b"\xff\xfe{}", f"t={int(time.time())},v1=abc", secrets=(NEW,), live=False)

    @pytest.mark.parametrize(("livemode", "live"), [(False, True), (True, False)])
    def test_test_news_never_comes_to_live_books_nor_the_other_way_round(self, livemode, live):
        assert delivered(event("x", {}, livemode=livemode), live=livemode)
        with pytest.raises(inbox.WrongMode):
            delivered(event("x", {}, livemode=livemode), live=live)

    @pytest.mark.parametrize(
        "raw",
        [
            "", "{", "not json", "[]", "null", "7", '"event"', "{}", "[" * 100_000, "\ufeff{}",
            *(
                json.dumps({**event("x", {"id": "ch_1"}), **changes})
                for changes in (
                    {"id": None}, {"id": 7}, {"id": ""}, {"id": "e" * 81}, {"id": "evt_\x00"}, {"id": "evt_\ud800"},
                    {"type": ["x"]}, {"type": "a b"}, {"created": "2026-07-01T00:00:00Z"}, {"created": 1.5},
                    {"created": True}, {"livemode": None}, {"livemode": "false"}, {"data": None}, {"data": []},
                    {"data": {}}, {"data": {"object": None}}, {"data": {"object": "ch_1"}}, {"api_version": 2026},
                )
            ),
            *(
                json.dumps({name: value for name, value in event("x", {}).items() if name != missing})
                for missing in ("id", "type", "created", "livemode", "data")
            ),
        ],
        ids=lambda raw: raw[:60],
    )  # fmt: skip
    def test_what_is_signed_but_is_no_event_is_unreadable(self, raw):
        header = WebhookSignature.generate_signature_header(raw, NEW, timestamp=int(time.time()))
        with pytest.raises(inbox.UnreadableEvent):
            inbox.verify(raw.encode(), header, secrets=(NEW,), live=False)

    def test_an_event_without_a_version_is_one_all_the_same(self):
        assert delivered(event("x", {}, api_version=None)).news.api_version is None


def the_event():
    db.session.rollback()
    return db.session.scalars(select(StripeEvent)).one()


def take_in(body, apply):
    with writing():
        return inbox.take_in(delivered(body), apply)


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
class TestTakingIn:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_an_event_is_kept_byte_for_byte_with_what_became_of_it(self, outcome):
        body = event("charge.succeeded", charge("d", description="Łucja"))
        raw, _ = signed(body, NEW)
        assert take_in(body, lambda _news: outcome) is outcome
        kept = the_event()
        assert (kept.state, kept.body, kept.attempts, kept.last_error) == (outcome.value, raw, 0, None)
        assert kept.created_at == clock.from_timestamp(body["created"])
        assert (kept.event_id, kept.type, kept.api_version) == (body["id"], body["type"], body["api_version"])
        assert len(kept.body_sha256) == 64

    def test_an_event_is_applied_once_however_often_it_comes(self):
        body, applied = event("x", {}), []

        def apply(news):
            applied.append(news.event_id)
            return Outcome.APPLIED

        assert take_in(body, apply) is Outcome.APPLIED
        assert take_in(body, apply) is None
        assert take_in({**body, "pending_webhooks": 0}, apply) is None
        assert applied == [body["id"]]

    def test_what_cannot_be_applied_leaves_nothing_behind_and_is_put_by(self):
        def apply(_news):
            db.session.add(Attempt(action="x", subject="x", window_at=clock.now(), count=1))
            db.session.flush()
            raise KeyError("lucja@example.org")

        body = event("x", {})
        with pytest.raises(inbox.NotApplied, match=r"^KeyError$") as failure:
            take_in(body, apply)
        assert db.session.scalars(select(Attempt)).all() == []
        assert db.session.scalars(select(StripeEvent)).all() == []
        db.session.rollback()
        with writing():
            inbox.put_by(delivered(body), failure.value)
        assert (the_event().state, the_event().last_error) == ("pending", "KeyError")
        assert the_event().body == signed(body, NEW)[0]

    def test_what_the_database_refuses_is_not_applied_either(self):
        def apply(_news):
            db.session.execute(text("INSERT INTO beginnings (id, live, began_at) VALUES (2, true, '2026-07-01')"))

        with pytest.raises(inbox.NotApplied, match=r"^IntegrityError$"):
            take_in(event("x", {}), apply)

    def test_an_event_that_was_applied_is_never_put_by(self):
        body = event("x", {})
        take_in(body, lambda _news: Outcome.APPLIED)
        with writing():
            inbox.put_by(delivered(body), inbox.NotApplied("KeyError"))
        assert (the_event().state, the_event().last_error) == ("applied", None)

    def test_only_our_own_words_are_kept_of_an_error(self):
        class FundIsShut(DomainError):
            pass

        def apply(_news):
            raise FundIsShut("the fund is shut")

        with pytest.raises(inbox.NotApplied, match=r"^FundIsShut: the fund is shut$"):
            take_in(event("x", {}), apply)

    def test_an_event_stays_as_it_came(self, subtests):
        take_in(event("charge.succeeded", charge("d")), lambda _news: Outcome.APPLIED)
        for change in ("body = body", "event_id = 'x'", "type = 'x'", "created_at = received_at", "body_sha256 = 'x'"):
            with subtests.test(change), pytest.raises(DBAPIError), writing() as session:
                session.execute(text(f"UPDATE stripe_events SET {change}"))
        with pytest.raises(DBAPIError), writing() as session:
            session.execute(text("DELETE FROM stripe_events"))
        with pytest.raises(IntegrityError), writing() as session:
            session.execute(text("UPDATE stripe_events SET state = 'lost'"))
        assert (the_event().type, the_event().state) == ("charge.succeeded", "applied")
