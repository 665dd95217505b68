"""Delivery: signed, in any weather, and again until it is taken."""

import json

import pytest
import stripe

from practice.serving import serving

from .conftest import SECRET, a_session, eventually, pay, visit

PAYMENT = {
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
}


@pytest.fixture
def session(api):
    """An open session."""
    return api.v1.checkout.sessions.create(params=a_session())


def test_a_payment_is_told_whole_and_each_event_verifies(session, api, hook):
    pay(session.url)
    eventually(lambda: len(hook.received) == len(PAYMENT))
    assert set(hook.types()) == PAYMENT
    for event in hook.events():
        assert (event.livemode, event.api_version) == (False, stripe.api_version)
    made = [event.type for event in api.v1.events.list().data][::-1]
    assert made == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ]


def test_a_delivery_that_was_tampered_with_does_not_verify(session, hook):
    pay(session.url)
    body, signature = eventually(lambda: hook.received[0] if hook.received else None)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body.replace(b"2500", b"9900"), signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_another")


def test_an_event_that_is_refused_comes_again_unchanged(api, session, hook):
    hook.answers.append(503)
    api.v1.checkout.sessions.expire(session.id)
    eventually(lambda: len(hook.received) == 2)
    assert json.loads(hook.received[0][0]) == json.loads(hook.received[1][0])
    event = hook.events()[0]
    eventually(lambda: api.v1.events.retrieve(event.id).pending_webhooks == 0)


def test_the_page_waits_until_the_webhook_has_taken_the_news(session, hook):
    pay(session.url)
    assert "checkout.session.completed" in hook.types()


def test_state_and_undelivered_events_survive_a_restart(practice_settings, ask, hook):
    with serving(practice_settings) as address:
        visit(f"{address}/delivery", {"on": "hold"})
        session = ask(address).v1.checkout.sessions.create(params=a_session())
        pay(session.url)
        assert hook.received == []
    with serving(practice_settings) as address:
        assert ask(address).v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        visit(f"{address}/delivery", {})
        eventually(lambda: set(hook.types()) == PAYMENT)


def test_twice_delivers_each_event_twice(practice, session, hook):
    visit(f"{practice}/delivery", {"on": "twice"})
    pay(session.url)
    eventually(lambda: len(hook.received) == 2 * len(PAYMENT))
    assert len({event.id for event in hook.events()}) == len(PAYMENT)


def test_backwards_delivers_the_latest_first(practice, session, hook):
    visit(f"{practice}/delivery", {"on": "backwards"})
    pay(session.url)
    eventually(lambda: len(hook.received) == len(PAYMENT))
    assert hook.types() == [
        "charge.updated",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


def test_an_event_can_be_delivered_again_from_the_control_panel(practice, api, session, hook):
    api.v1.checkout.sessions.expire(session.id)
    event = eventually(lambda: hook.events())[0]
    eventually(lambda: api.v1.events.retrieve(event.id).pending_webhooks == 0)
    assert visit(f"{practice}/events/{event.id}/deliveries", {}).status == 303
    eventually(lambda: [e.id for e in hook.events()] == [event.id, event.id])
