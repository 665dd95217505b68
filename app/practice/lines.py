"""The lines of a session: what is paid for, each at its price, within Stripe's limits."""

from typing import Any

from app.money import Money
from app.practice import drawer, parameters, shapes
from app.practice.parameters import integer, text
from app.practice.refusals import Refused, missing

PARAMETERS: parameters.Shape = [
    {
        "price_data": {
            "currency": text,
            "product_data": {"description": text, "metadata": parameters.METADATA, "name": text},
            "unit_amount": integer,
        },
        "quantity": integer,
    }
]

# Stripe's smallest charge in minor units (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
_SMALLEST = {"aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200}
_SMALLEST |= {"nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000}
_LARGEST = 99_999_999


def read(given: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Money]:
    """The lines as Stripe shows them, and their sum; raises `Refused` where Stripe refuses."""
    lines = [_line(line, f"line_items[{number}]") for number, line in enumerate(given)]
    currency = lines[0]["currency"]
    if any(line["currency"] != currency for line in lines):
        raise Refused("All line items must have the same currency.", param="line_items")
    total = Money(sum(line["amount_total"] for line in lines), currency)
    smallest = Money(_SMALLEST.get(currency, 50), currency)
    if total < smallest:
        raise Refused(
            f"The Checkout Session's total amount due must add up to at least {smallest}",
            code="amount_too_small",
            param="line_items",
        )
    if total.minor > _LARGEST:
        raise Refused("The total amount due must be no more than eight digits.", code="amount_too_large")
    return lines, total


def _line(item: dict[str, Any], path: str) -> dict[str, Any]:
    """A line of the session, with the price that Stripe makes of its `price_data`."""
    price = item.get("price_data") or {}
    for name in ("currency", "product_data", "unit_amount"):
        if name not in price:
            raise missing(f"{path}[price_data][{name}]")
    if not price["product_data"].get("name"):
        raise missing(f"{path}[price_data][product_data][name]")
    quantity, amount, currency = item.get("quantity", 1), price["unit_amount"], price["currency"].lower()
    if len(currency) != 3 or not currency.isalpha():
        raise Refused(f"Invalid currency: {currency[:20]}", param=f"{path}[price_data][currency]")
    if quantity < 1 or amount < 0:
        raise Refused("Invalid non-negative integer", code="parameter_invalid_integer", param=path)
    whole = amount * quantity
    return {
        "id": drawer.mint("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": whole,
        "amount_tax": 0,
        "amount_total": whole,
        "currency": currency,
        "description": price["product_data"]["name"],
        "price": shapes.price(amount, currency),
        "quantity": quantity,
    }
