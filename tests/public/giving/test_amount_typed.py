"""An amount as people type it: what is said when it cannot be taken fits the currency."""

import pytest

from app.public.giving import form


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("12.505", "gbp", "The amount must have no more than two decimals, like 12.50"),
        ("12.5", "jpy", "The amount must be a whole number, like 2500"),
        ("12.5055", "kwd", "The amount must have no more than three decimals, like 12.500"),
        ("lots", "gbp", "Enter an amount in figures, like 25 or 12.50"),
        ("lots", "jpy", "Enter an amount in figures, like 2500"),
    ],
)
def test_what_is_said_of_an_amount_fits_its_currency(app, text, currency, said):
    with app.test_request_context(), pytest.raises(form.NotTaken) as refusal:
        form.read(text, currency)
    assert str(refusal.value) == said
