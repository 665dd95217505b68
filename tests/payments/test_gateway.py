"""The gateway: the same contract with every stand-in for Stripe, and our own exceptions for whatever goes wrong."""

import socket
import time
from secrets import token_hex
from urllib.parse import unquote

import pytest
import stripe

from app import clock
from app.money import Money
from app.payments import gateway as module
from app.payments.checkout import CheckoutRequest
from app.payments.gateway import StripeGateway
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.worker.duties import LEASE
from practice.tests.conftest import pay, visit
from tests.stripe_bodies import charge, intent


def a_request(reference="", **changes):
    values = {
        "reference": reference or token_hex(12),
        "amount": Money(2500, "gbp"),
        "what_for": "Keep the press turning",
        "email": "lucja@example.org",
        "success_url": "http://127.0.0.1:9/donations/x",
        "cancel_url": "http://127.0.0.1:9/donations/x/cancelled",
    }
    return CheckoutRequest(**{**values, **changes})


@pytest.fixture
def gateway(stand_in):
    return StripeGateway("sk_test_gateway", stand_in)


@pytest.fixture
def intent_of(stand_in):
    """Finds the PaymentIntent of a donation, as only a webhook would tell us."""
    http_client = stripe.RequestsClient(timeout=10)
    client = stripe.StripeClient("sk_test_gateway", base_addresses={"api": stand_in}, http_client=http_client)

    def found(reference):
        intents = client.v1.payment_intents.list(params={"limit": 100}).data
        return next(each.id for each in intents if each.metadata.to_dict().get("donation") == reference)

    yield found
    http_client.close()


class TestContract:
    """Held by Practice Stripe, and by the Stripe peer where it stands beside the checkout."""

    def test_the_same_key_opens_the_same_session(self, gateway):
        request, key = a_request(), token_hex(16)
        first = gateway.open_checkout(request, key)
        assert gateway.open_checkout(request, key) == first
        assert first.url.startswith("http")
        assert first.expires_at > clock.now().timestamp()

    def test_another_key_opens_another_session(self, gateway):
        request = a_request()
        sessions = {gateway.open_checkout(request, token_hex(16)).session_id for _ in range(2)}
        assert len(sessions) == 2

    def test_a_changed_request_under_the_same_key_needs_a_new_key(self, gateway):
        key = token_hex(16)
        gateway.open_checkout(a_request("one"), key)
        with pytest.raises(PaymentsUnavailable) as refused:
            gateway.open_checkout(a_request("one", amount=Money(2600, "gbp")), key)
        assert refused.value.outcome_stored

    def test_a_paid_charge_is_read_with_its_donation(self, gateway, intent_of):
        request = a_request()
        session = gateway.open_checkout(request, token_hex(16))
        pay(session.url)
        found = gateway.charge_of(intent_of(request.reference))
        assert (found.donation, found.amount, found.succeeded) == (request.reference, Money(2500, "gbp"), True)
        assert abs((clock.now() - found.created_at).total_seconds()) < 120
        assert gateway.charge(found.charge_id) == found

    def test_a_declined_charge_has_not_succeeded_and_the_next_try_is_the_latest(self, gateway, intent_of):
        request = a_request()
        session = gateway.open_checkout(request, token_hex(16))
        pay(session.url, "4000000000009995")
        intent_id = intent_of(request.reference)
        declined = gateway.charge_of(intent_id)
        assert not declined.succeeded
        pay(session.url)
        paid = gateway.charge_of(intent_id)
        assert paid.succeeded
        assert paid.charge_id != declined.charge_id

    def test_an_intent_that_waits_for_the_bank_has_no_charge(self, gateway, intent_of):
        request = a_request()
        session = gateway.open_checkout(request, token_hex(16))
        pay(session.url, "4000000000003220")
        intent_id = intent_of(request.reference)
        assert gateway.charge_of(intent_id) is None
        visit(session.url, {"do": "authenticate"})
        assert gateway.charge_of(intent_id).succeeded

    def test_what_does_not_exist_is_refused(self, gateway):
        with pytest.raises(PaymentsRefused):
            gateway.charge("ch_nowhere")
        with pytest.raises(PaymentsRefused):
            gateway.charge_of("pi_nowhere")


@pytest.fixture
def pauses(monkeypatch):
    """The library's pauses between two tries, which are counted and not waited for."""
    made = []
    monkeypatch.setattr(stripe.RequestsClient, "_sleep_time_seconds", lambda _self, tries, *_: made.append(tries) or 0)
    return made


@pytest.fixture
def asking(scripted, pauses):
    return StripeGateway("sk_test_scripted", scripted.address)


def an_error(kind="api_error", **more):
    return {"error": {"type": kind, "message": "about lucja@example.org", **more}}


A_SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "url": "https://checkout.stripe.example/c/pay/cs_1",
    "expires_at": 1_782_986_400,
}


def test_a_session_says_where_to_pay_and_until_when(scripted, asking):
    scripted.will_answer(200, A_SESSION)
    opened = asking.open_checkout(a_request("d0c0ffee"), "the-key")
    assert (opened.session_id, opened.url, opened.expires_at) == ("cs_1", A_SESSION["url"], 1_782_986_400)
    ((path, key, sent),) = scripted.asked
    assert (path, key) == ("/v1/checkout/sessions", "the-key")
    assert sent["metadata[donation]"] == sent["payment_intent_data[metadata][donation]"] == ["d0c0ffee"]
    assert sent["line_items[0][price_data][unit_amount]"] == ["2500"]


def test_a_session_without_a_page_is_of_no_use(scripted, asking):
    scripted.will_answer(200, {**A_SESSION, "url": None})
    with pytest.raises(PaymentsRefused):
        asking.open_checkout(a_request(), "k")


@pytest.mark.parametrize(
    ("status", "body", "expected", "stored"),
    [
        (500, an_error(), PaymentsUnavailable, True),
        (503, an_error(), PaymentsUnavailable, True),
        (502, "<html>Bad gateway</html>", PaymentsUnavailable, True),
        (409, an_error("idempotency_error", code="idempotency_key_in_use"), PaymentsUnavailable, False),
        (429, an_error("invalid_request_error", code="rate_limit"), PaymentsUnavailable, False),
        (200, "<html>A captive portal</html>", PaymentsUnavailable, False),
        (400, an_error("idempotency_error"), PaymentsUnavailable, True),
        (400, an_error("invalid_request_error", code="parameter_unknown", param="x"), PaymentsRefused, None),
        (401, an_error("invalid_request_error"), PaymentsUnavailable, False),
        (402, an_error("card_error", code="card_declined"), PaymentsRefused, None),
        (403, an_error("invalid_request_error"), PaymentsUnavailable, False),
        (404, an_error("invalid_request_error", code="resource_missing"), PaymentsRefused, None),
    ],
)
def test_every_answer_becomes_one_of_the_houses_own_refusals(scripted, asking, status, body, expected, stored):
    for _ in range(3):
        scripted.will_answer(status, body)
    with pytest.raises(expected) as refused:
        asking.open_checkout(a_request(), "k")
    assert getattr(refused.value, "outcome_stored", None) == stored
    assert "lucja" not in str(refused.value)


def test_a_refusal_names_what_is_refused(scripted, asking):
    scripted.will_answer(400, an_error("invalid_request_error", code="email_invalid", param="customer_email"))
    with pytest.raises(PaymentsRefused, match="email_invalid") as refused:
        asking.open_checkout(a_request(), "k")
    assert refused.value.param == "customer_email"


def test_an_error_of_stripes_own_is_tried_again_under_the_same_key(scripted, asking, pauses):
    scripted.will_answer(500, an_error())
    scripted.will_answer(409, an_error("idempotency_error"))
    scripted.will_answer(200, A_SESSION)
    assert asking.open_checkout(a_request(), "the-key").session_id == "cs_1"
    assert [key for _, key, _ in scripted.asked] == ["the-key"] * 3
    assert pauses == [1, 2]


def test_stripe_may_say_that_another_try_is_of_no_use(scripted, asking):
    scripted.will_answer(500, an_error(), Stripe_Should_Retry="false")
    with pytest.raises(PaymentsUnavailable) as refused:
        asking.open_checkout(a_request(), "k")
    assert refused.value.outcome_stored
    assert len(scripted.asked) == 1


def test_too_many_requests_are_not_made_more(scripted, asking):
    scripted.will_answer(429, an_error("invalid_request_error", code="rate_limit"))
    with pytest.raises(PaymentsUnavailable):
        asking.charge("ch_1")
    assert len(scripted.asked) == 1


def test_where_nobody_listens_payments_are_unavailable(pauses):
    gateway = StripeGateway("sk_test_x", "http://127.0.0.1:9")
    for call in (
        lambda: gateway.open_checkout(a_request(), "k"),
        lambda: gateway.charge("ch_1"),
        lambda: gateway.charge_of("pi_1"),
    ):
        with pytest.raises(PaymentsUnavailable) as refused:
            call()
        assert not refused.value.outcome_stored
    assert pauses == [1, 2] * 3


def test_where_nobody_answers_the_call_ends_all_the_same(monkeypatch, pauses):
    monkeypatch.setattr(module, "_TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        gateway = StripeGateway("sk_test_x", f"http://127.0.0.1:{mute.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(PaymentsUnavailable):
            gateway.open_checkout(a_request(), "k")
        assert time.monotonic() - started < 10


def test_the_longest_call_ends_before_a_workers_lease():
    connect, answer = module._TIMEOUT
    longest_pause = stripe.RequestsClient.MAX_DELAY
    assert 3 * (connect + answer) + 2 * longest_pause < LEASE.total_seconds() / 2


def test_a_charge_asks_for_its_intent_and_an_intent_for_its_charge(scripted, asking):
    scripted.will_answer(200, {**charge(None), "payment_intent": intent("d0c0ffee")})
    scripted.will_answer(200, {**intent("d0c0ffee"), "latest_charge": charge(None)})
    scripted.will_answer(200, intent("d0c0ffee", latest_charge=None))
    assert asking.charge("ch_1").donation == "d0c0ffee"
    assert asking.charge_of("pi_ch_1").donation == "d0c0ffee"
    assert asking.charge_of("pi_ch_1") is None
    of_intent = (
        "/v1/payment_intents/pi_ch_1?expand[0]=latest_charge.balance_transaction"
        "&expand[1]=latest_charge.failure_balance_transaction"
    )
    assert [unquote(path) for path, _, _ in scripted.asked] == [
        "/v1/charges/ch_1?expand[0]=payment_intent&expand[1]=balance_transaction&expand[2]=failure_balance_transaction",
        of_intent,
        of_intent,
    ]


def test_a_fault_of_our_own_is_not_taken_for_stripes(scripted, asking):
    scripted.will_answer(200, {"id": "ch_1", "object": "charge"})
    with pytest.raises(KeyError):
        asking.charge("ch_1")
