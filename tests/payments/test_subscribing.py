"""Monthly plans at Stripe: what is asked for fits the library's types, and means the same to every stand-in."""

from datetime import timedelta
from secrets import token_hex

import pytest
import stripe
from stripe.params.checkout import SessionCreateParams

from app import clock
from app.money import Money
from app.payments import subscription
from app.payments.checkout import MonthlyCheckoutRequest
from app.payments.gateway import StripeGateway
from app.payments.trouble import PaymentsRefused
from practice.tests.conftest import pay
from tests import stripe_bodies as says
from tests.stripe_parameters import check


def a_request(reference="p0c0ffee"):
    return MonthlyCheckoutRequest(
        reference=reference,
        amount=Money(1000, "gbp"),
        what_for="Keep the press turning",
        email="lucja@example.org",
        success_url="http://127.0.0.1:9/monthly/x",
        cancel_url="http://127.0.0.1:9/monthly/x/cancelled",
    )


def test_the_request_fits_the_librarys_own_parameter_types():
    check(a_request().params(), SessionCreateParams)


def test_the_plan_travels_on_the_subscription_and_no_donation_is_named():
    params = a_request().params()
    assert params["subscription_data"]["metadata"] == params["metadata"] == {"plan": "p0c0ffee"}
    assert "payment_intent_data" not in params
    (item,) = params["line_items"]
    assert item["price_data"]["recurring"] == {"interval": "month"}


class TestContract:
    """Held by Practice Stripe, and by the Stripe peer where it stands beside the checkout."""

    @pytest.fixture
    def gateway(self, stand_in):
        return StripeGateway("sk_test_gateway", stand_in)

    @pytest.fixture
    def begun(self, gateway, stand_in):
        """The id of a subscription whose first month is paid, and its plan's reference."""
        reference = token_hex(12)
        checkout = gateway.open_checkout(a_request(reference), token_hex(16))
        assert pay(checkout.url).status == 303
        http_client = stripe.RequestsClient(timeout=10)
        client = stripe.StripeClient("sk_test_gateway", base_addresses={"api": stand_in}, http_client=http_client)
        session = client.v1.checkout.sessions.retrieve(checkout.session_id)
        http_client.close()
        return session.subscription, reference

    def test_a_begun_plan_is_found_as_it_stands(self, gateway, begun):
        found = gateway.subscription(begun[0])
        assert (found.plan, found.status, found.amount) == (begun[1], "active", Money(1000, "gbp"))
        assert found.customer_id
        assert not found.paused
        assert found.next_payment_at > clock.now() + timedelta(days=27)

    def test_its_charge_is_found_through_the_invoice_and_knows_the_plan(self, gateway, begun):
        invoice_id = gateway.subscription(begun[0]).invoice_id
        charge = gateway.charge_of_invoice(invoice_id)
        assert (charge.plan, charge.donation, charge.succeeded) == (begun[1], None, True)
        assert charge.amount == Money(1000, "gbp")
        assert gateway.charge(charge.charge_id).plan == begun[1]
        assert gateway.charge_of(charge.intent_id).plan == begun[1]

    def test_amount_pause_and_end_are_changed_and_told(self, gateway, begun):
        found = gateway.subscription(begun[0])
        assert gateway.change_amount(found, Money(1500, "gbp"), token_hex(16)).amount == Money(1500, "gbp")
        until = clock.now() + timedelta(days=61)
        paused = gateway.pause(found, until, token_hex(16))
        assert paused.paused
        assert abs(paused.resumes_at - until) < timedelta(seconds=2)
        assert not gateway.resume(found, token_hex(16)).paused
        ended = gateway.cancel(found, token_hex(16))
        assert ended.status == "canceled"
        assert ended.ended_at is not None
        with pytest.raises(PaymentsRefused):
            gateway.cancel(found, token_hex(16))

    def test_a_plan_that_moves_names_its_appeal(self, gateway, begun):
        found = gateway.subscription(begun[0])
        assert found.appeal is None
        moved = gateway.change_appeal(found, "a11", "Roof", token_hex(16))
        assert (moved.appeal, moved.plan) == ("a11", begun[1])

    def test_a_new_card_has_a_page_of_its_own(self, gateway, begun):
        found = gateway.subscription(begun[0])
        assert gateway.card_page(found.customer_id, "http://127.0.0.1:9/plans/x").startswith("http")


def test_a_subscription_is_read_in_our_words():
    seen_at = clock.now()
    body = says.subscription("p1", pause_collection={"behavior": "void", "resumes_at": says.CREATED + 60})
    found = subscription.read(body, seen_at)
    assert (found.plan, found.paused, found.resumes_at) == ("p1", True, clock.from_timestamp(says.CREATED + 60))
    assert (found.item_id, found.product_id, found.seen_at) == ("si_sub_1", "prod_1", seen_at)


def test_the_page_where_the_bank_is_answered_is_that_of_an_open_invoice_alone():
    invoice = says.invoice("p1", status="open", hosted_invoice_url="https://invoice.stripe.com/i/1")
    for fetched, address in (
        (invoice, "https://invoice.stripe.com/i/1"),
        ({**invoice, "status": "paid"}, None),
        ({**invoice, "status": "draft", "hosted_invoice_url": None}, None),
        (invoice["id"], None),
        (None, None),
    ):
        found = subscription.read(says.subscription("p1", latest_invoice=fetched), clock.now())
        assert found.payment_url == address


def test_a_subscription_that_is_to_end_says_when():
    told = subscription.read(says.subscription("p1", cancel_at=says.CREATED + 60), clock.now())
    assert told.ends_at == clock.from_timestamp(says.CREATED + 60)


def test_an_invoice_says_whose_it_is():
    assert subscription.of_invoice(says.invoice("p1")) == ("sub_1", "p1", None)
    assert subscription.of_invoice({"parent": None}) == (None, None, None)
