"""Checkout: what we ask of Stripe is valid for the installed library's version, and carries the donation along."""

import copy

import pytest
import stripe
from stripe.params import ChargeRetrieveParams, PaymentIntentRetrieveParams
from stripe.params.checkout import SessionCreateParams

from app.money import Money
from app.payments.checkout import CheckoutRequest
from app.payments.objects import API_VERSION
from app.services import services
from tests.stripe_parameters import Checked, InvalidRequest, check, checked_client


def asked(**changes):
    values = {
        "reference": "d0c0ffee",
        "amount": Money(2500, "gbp"),
        "what_for": "Keep the press turning",
        "email": "lucja@example.org",
        "success_url": "https://give.lantern.example/donations/d0c0ffee",
        "cancel_url": "https://give.lantern.example/donations/d0c0ffee/cancelled",
    }
    return CheckoutRequest(**{**values, **changes}).params()


def changed(path, value):
    """The request with one thing in it changed, or taken out when the value is `...`."""
    params = copy.deepcopy(asked())
    *way, last = path
    place = params
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return params


def test_the_request_fits_the_librarys_own_parameter_types():
    check(asked(), SessionCreateParams)
    check(asked(amount=Money(500, "jpy")), SessionCreateParams)


def test_the_library_pins_the_version_whose_bodies_we_read():
    assert stripe.api_version == API_VERSION


def test_a_gift_is_asked_for_in_its_own_currency_and_minor_units():
    (item,) = asked(amount=Money(500, "jpy"))["line_items"]
    assert (item["quantity"], item["price_data"]["unit_amount"], item["price_data"]["currency"]) == (1, 500, "jpy")
    assert asked()["adaptive_pricing"] == {"enabled": False}


def test_the_donation_travels_in_the_metadata_of_session_and_payment():
    params = asked()
    assert params["client_reference_id"] == "d0c0ffee"
    assert params["metadata"] == params["payment_intent_data"]["metadata"] == {"donation": "d0c0ffee"}


def test_payment_methods_are_chosen_in_the_dashboard_and_nothing_says_who_gives_beyond_the_address():
    assert "payment_method_types" not in asked()
    assert "Okoń" not in str(asked())


LINE = ("line_items", 0, "price_data")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("payment_method_types",), ["card"], r"no \['payment_method_types'\]"),
        (("idempotency_key",), "k", r"no \['idempotency_key'\]"),
        (("submit_type",), "gift", "submit_type is 'gift'"),
        (("ui_mode",), "hosted", "ui_mode is 'hosted'"),
        (("mode",), 1, "mode is 1"),
        (("customer_email",), None, "customer_email is None"),
        (("expires_at",), "1782900000", "expires_at is '1782900000'"),
        (("adaptive_pricing",), False, "adaptive_pricing is False"),
        (("adaptive_pricing", "enabled"), "no", "enabled is 'no'"),
        (("adaptive_pricing", "on"), True, r"adaptive_pricing has no \['on'\]"),
        (("metadata", "donation"), 7, "metadata.donation is 7"),
        (("metadata", 7), "donation", "the name 7"),
        (("metadata",), ["d0c0ffee"], "metadata is"),
        (("line_items",), {}, "line_items is"),
        (("line_items", 0), "price_1", r"line_items\[0\] is"),
        ((*LINE, "unit_amount"), 2500.0, "unit_amount is 2500.0"),
        ((*LINE, "unit_amount"), True, "unit_amount is True"),
        ((*LINE, "unit_amount"), "2500", "unit_amount is '2500'"),
        ((*LINE, "currency"), ..., r"price_data lacks \['currency'\]"),
        ((*LINE, "product_data", "name"), ..., r"product_data lacks \['name'\]"),
        ((*LINE, "product_data", "tittle"), "x", r"no \['tittle'\]"),
        ((*LINE, "recurring"), {"interval": "fortnight"}, "interval is 'fortnight'"),
    ],
)
def test_the_checker_refuses_what_the_library_does_not_know(path, value, said):
    with pytest.raises(InvalidRequest, match=said):
        check(changed(path, value), SessionCreateParams)


@pytest.mark.parametrize("params", [ChargeRetrieveParams, PaymentIntentRetrieveParams])
def test_the_checker_knows_what_may_be_retrieved(params):
    check({"expand": ["latest_charge"]}, params)
    check({}, params)
    with pytest.raises(InvalidRequest):
        check({"expand": "latest_charge"}, params)
    with pytest.raises(InvalidRequest):
        check({"extend": ["latest_charge"]}, params)


def test_a_call_that_does_not_fit_is_never_sent():
    client = checked_client("sk_test_x", base_addresses={"api": "http://127.0.0.1:9"})
    with pytest.raises(InvalidRequest):
        client.v1.checkout.sessions.create({"mode": "payment", "payment_method_types": ["card"]})
    with pytest.raises(InvalidRequest):
        client.v1.checkout.sessions.create(asked(), {"idempotence_key": "k"})
    with pytest.raises(InvalidRequest):
        client.v1.charges.retrieve("ch_1", {"expand": "payment_intent"})
    with pytest.raises(InvalidRequest):
        client.v1.charges.retrieve(1)


def test_every_test_lets_the_gateway_ask_through_the_checker(app):
    assert isinstance(services(app).gateway._client, Checked)
