"""Amounts: how small and how large a card gift may be, in each currency."""

import pytest

from app.donations import amounts
from app.money import Money
from app.public.giving import form

# Stripe's own minimum charges in minor units (docs.stripe.com/currencies, "minimum and maximum charge amounts").
STRIPES = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17_500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "zar": 50,
}  # fmt: skip


@pytest.mark.parametrize("currency", [*STRIPES, "xpf", "kwd"])
def test_no_gift_is_allowed_that_stripe_would_refuse(currency):
    smallest, largest = amounts.minimum(currency), amounts.maximum(currency)
    assert smallest.minor >= STRIPES.get(currency, 1)
    assert largest.minor <= 99_999_999
    assert smallest < largest
    assert smallest.currency == largest.currency == currency


@pytest.mark.parametrize(
    ("minor", "currency"),
    [(100, "gbp"), (2_500_000, "gbp"), (100, "jpy"), (5_000_000, "jpy"), (1000, "sek"), (500, "zar")],
)
def test_the_bounds_themselves_may_be_given(minor, currency):
    assert amounts.check(Money(minor, currency)) == Money(minor, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (99, "gbp", "less than 1.00 GBP"),
        (0, "gbp", "less than 1.00 GBP"),
        (-500, "gbp", "less than 1.00 GBP"),
        (99, "jpy", "less than 100 JPY"),
        (499, "zar", "less than 5.00 ZAR"),
    ],
)
def test_less_is_too_small(minor, currency, said):
    with pytest.raises(amounts.TooSmall, match=said):
        amounts.check(Money(minor, currency))


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [(2_500_001, "gbp", "more than 25000.00 GBP"), (5_000_001, "jpy", "more than 5000000 JPY"), (10**15, "zar", "ZAR")],
)
def test_more_is_too_large(minor, currency, said):
    with pytest.raises(amounts.TooLarge, match=said):
        amounts.check(Money(minor, currency))


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("12.345", "kwd", "The last of the three decimals must be 0, like 12.500"),
        ("2500.50", "isk", "The amount must be a whole number, like 2500"),
        ("5000.10", "ugx", "The amount must be a whole number, like 2500"),
    ],
)
def test_a_card_is_asked_for_what_stripe_charges_in_the_currency(app, text, currency, said):
    with app.test_request_context(), pytest.raises(form.NotTaken, match=said):
        form.read(text, currency)


def test_an_amount_that_stripe_charges_is_taken():
    for minor, currency in ((12_340, "kwd"), (250_000, "isk"), (500_000, "ugx"), (1234, "gbp"), (2501, "jpy")):
        assert amounts.check(Money(minor, currency)).minor == minor
