"""The API as the official library sees it: what is made, what is found again, what is refused."""

from collections.abc import Callable

import pytest
import stripe

from practice.objects import sessions
from practice.webhooks.events import API_VERSION

from .conftest import a_session, pay, visit


def test_speaks_the_version_that_the_library_pins(api):
    assert stripe.api_version == API_VERSION
    session = api.v1.checkout.sessions.create(params=a_session())
    assert session.last_response.headers["Stripe-Version"] == API_VERSION
    assert session.last_response.request_id.startswith("req_")


def test_a_session_holds_what_was_asked_for(api, practice):
    session = api.v1.checkout.sessions.create(params=a_session())
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency) == (2500, "gbp")
    assert session.metadata["donation"] == "D-7KQ2"
    assert session.client_reference_id == "D-7KQ2"
    assert session.customer_details.email == "ada@lantern.example"
    assert session.expires_at - session.created == 24 * 60 * 60
    assert session.livemode is False
    assert session.url == f"{practice}/c/pay/{session.id}"
    assert api.v1.checkout.sessions.retrieve(session.id).to_dict() == session.to_dict()


def test_the_lines_of_a_session_can_be_listed_and_expanded(api):
    session = api.v1.checkout.sessions.create(params=a_session(expand=["line_items"]))
    assert [line.description for line in session.line_items.data] == ["A gift"]
    assert api.v1.checkout.sessions.line_items.list(session.id).data[0].price.unit_amount == 2500


def test_the_same_key_and_parameters_replay_the_stored_answer(api):
    first = api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "pledge-1"})
    pay(first.url)
    second = api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "pledge-1"})
    assert second.to_dict() == first.to_dict()
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(api.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_other_parameters_is_a_conflict(api):
    api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "pledge-1"})
    with pytest.raises(stripe.IdempotencyError) as refused:
        api.v1.checkout.sessions.create(params=a_session(locale="cy"), options={"idempotency_key": "pledge-1"})
    assert refused.value.http_status == 400
    assert refused.value.error.type == "idempotency_error"


def test_a_refused_request_does_not_use_up_its_key(api):
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.checkout.sessions.create(params=a_session(mode=None), options={"idempotency_key": "pledge-1"})
    assert api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "pledge-1"}).id


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"bogus": "1"}, "parameter_unknown", "bogus"),
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"payment_intent_data": {"bogus": "1"}}, "parameter_unknown", "payment_intent_data[bogus]"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        (
            {"line_items": [{"price_data": {"unit_amount": 2500, "product_data": {"name": "A gift"}}}]},
            "parameter_missing",
            "line_items[0][price_data][currency]",
        ),
        (
            {
                "line_items": [
                    {"price_data": {"currency": "gbp", "unit_amount": 29, "product_data": {"name": "A gift"}}}
                ]
            },
            "amount_too_small",
            "line_items",
        ),
        ({"expires_at": "tomorrow"}, "parameter_invalid_integer", "expires_at"),
        ({"expires_at": 1}, None, "expires_at"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"success_url": "http://a.example; script-src *"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"mode": "setup"}, None, "mode"),
        ({"mode": "subscription"}, None, "payment_intent_data"),
        ({"mode": "subscription", "payment_intent_data": None}, None, "line_items"),
        ({"subscription_data": {"description": "x"}}, None, "subscription_data"),
        ({"customer": "cus_x"}, None, None),
        ({"customer": "cus_x", "customer_email": None}, "resource_missing", "customer"),
        ({"line_items": [{"price": "price_x"}]}, "resource_missing", "line_items[0][price]"),
        ({"ui_mode": "embedded_page"}, None, "ui_mode"),
        ({"submit_type": "beg"}, None, "submit_type"),
        ({"metadata": "text"}, None, "metadata"),
        ({"metadata": {"long": "x" * 501}}, None, "metadata[long]"),
    ],
)
def test_refuses_what_stripe_refuses(api, changes, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(params=a_session(**changes))
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert refused.value.request_id.startswith("req_")


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x", "nonsense"])
def test_refuses_every_key_that_is_not_for_tests(practice, ask: Callable[..., stripe.StripeClient], key):
    with pytest.raises(stripe.AuthenticationError) as refused:
        ask(practice, key).v1.events.list()
    assert refused.value.http_status == 401
    assert key not in str(refused.value)


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer "}])
def test_a_missing_key_is_401(practice, headers):
    answer = visit(f"{practice}/v1/charges", headers=headers)
    assert answer.status == 401
    assert "did not provide an API key" in answer.text


@pytest.mark.parametrize(
    ("retrieve", "param"),
    [
        (lambda api: api.v1.checkout.sessions.retrieve("cs_x"), "session"),
        (lambda api: api.v1.payment_intents.retrieve("pi_x"), "intent"),
        (lambda api: api.v1.charges.retrieve("ch_x"), "id"),
        (lambda api: api.v1.balance_transactions.retrieve("txn_x"), "id"),
        (lambda api: api.v1.events.retrieve("evt_x"), "id"),
        (lambda api: api.v1.checkout.sessions.expire("cs_x"), "session"),
    ],
)
def test_what_does_not_exist_is_404(api, retrieve, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        retrieve(api)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", param)


def test_an_address_that_nobody_knows_is_404_in_the_envelope(practice):
    answer = visit(f"{practice}/v1/unicorns", headers={"Authorization": "Bearer sk_test_x"})
    assert answer.status == 404
    assert "Unrecognized request URL (GET: /v1/unicorns)." in answer.text


def test_another_api_version_is_refused(practice, ask):
    with pytest.raises(stripe.InvalidRequestError, match=r"speaks 2026-10-28\.endive only"):
        ask(practice).v1.charges.list(options={"stripe_version": "2026-08-26.dahlia"})


def test_an_open_session_can_be_expired_once(api, hook):
    session = api.v1.checkout.sessions.create(params=a_session())
    ended = api.v1.checkout.sessions.expire(session.id)
    assert (ended.status, ended.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        api.v1.checkout.sessions.expire(session.id)


def test_expiring_twice_with_one_key_is_answered_twice(api):
    session = api.v1.checkout.sessions.create(params=a_session())
    first = api.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "expiry-1"})
    second = api.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "expiry-1"})
    assert first.to_dict() == second.to_dict()
    assert len(api.v1.events.list(params={"type": "checkout.session.expired"}).data) == 1


def test_a_fault_of_its_own_is_told_without_a_traceback(api, practice, monkeypatch):
    session = api.v1.checkout.sessions.create(params=a_session())

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault made for this test")

    monkeypatch.setattr(sessions, "present", broken)
    with pytest.raises(stripe.APIError) as failed:
        api.v1.checkout.sessions.retrieve(session.id)
    assert failed.value.http_status == 500
    page = visit(session.url)
    assert page.status == 500
    assert "That did not work" in page.text
    assert "ZeroDivisionError" not in page.text + str(failed.value)


def test_lists_come_newest_first_in_pages(api):
    made = [api.v1.checkout.sessions.create(params=a_session()).id for _ in range(5)]
    first = api.v1.checkout.sessions.list(params={"limit": 2})
    assert ([session.id for session in first.data], first.has_more) == ([made[4], made[3]], True)
    assert [session.id for session in first.auto_paging_iter()] == made[::-1]
    before = api.v1.checkout.sessions.list(params={"limit": 2, "ending_before": made[0]})
    assert [session.id for session in before.data] == [made[2], made[1]]


def test_events_can_be_listed_by_type_and_time(api):
    session = api.v1.checkout.sessions.create(params=a_session())
    pay(session.url)
    completed = api.v1.events.list(params={"type": "checkout.session.completed"}).data
    assert [event.data.object.id for event in completed] == [session.id]
    both = api.v1.events.list(params={"types": ["charge.succeeded", "payment_intent.succeeded"]}).data
    assert {event.type for event in both} == {"charge.succeeded", "payment_intent.succeeded"}
    since = completed[0].created
    assert api.v1.events.list(params={"created": {"gte": since + 60}}).data == []
    assert len(api.v1.events.list(params={"created": {"gte": since - 60}}).data) >= 4


def test_a_list_refuses_what_it_does_not_know(api):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.charges.list(params={"bogus": "1"})  # type: ignore[typeddict-unknown-key]
    assert refused.value.code == "parameter_unknown"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.events.list(params={"starting_after": "evt_x"})
    assert (refused.value.http_status, refused.value.code) == (400, "resource_missing")


def test_what_cannot_be_expanded_is_refused(api):
    session = api.v1.checkout.sessions.create(params=a_session())
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_status"]})
