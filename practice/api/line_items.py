"""The lines of a session: what is paid for, each at its price, within Stripe's limits."""

import sqlite3
from typing import Any

from app.money import Money
from practice import store
from practice.api import parameters
from practice.api.parameters import integer, text
from practice.api.refusals import Refused
from practice.objects import catalogue

PARAMETERS: parameters.Shape = [{"price": text, "price_data": catalogue.PRICE_DATA, "quantity": integer}]

# Stripe's smallest charge in minor units (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
_SMALLEST = {"aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200}
_SMALLEST |= {"nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000}
_LARGEST = 99_999_999


def read(db: sqlite3.Connection, given: list[dict[str, Any]], mode: str) -> tuple[list[dict[str, Any]], Money]:
    """The lines as Stripe shows them, and their sum; raises `Refused` where Stripe refuses."""
    lines = [_line(db, line, f"line_items[{number}]") for number, line in enumerate(given)]
    currency = lines[0]["currency"]
    if any(line["currency"] != currency for line in lines):
        raise Refused("All line items must have the same currency.", param="line_items")
    recurring = [line["price"]["type"] == "recurring" for line in lines]
    if mode == "payment" and any(recurring):
        raise Refused("You specified `payment` mode but passed a recurring price.", param="mode")
    if mode == "subscription" and not all(recurring):
        message = "You must provide at least one recurring price in `subscription` mode when using prices."
        raise Refused(message, param="line_items")
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


def _line(db: sqlite3.Connection, item: dict[str, Any], path: str) -> dict[str, Any]:
    """A line of the session, with its price."""
    if "price" in item:
        price = catalogue.find_price(db, item["price"], f"{path}[price]")
    else:
        price = catalogue.price(db, item.get("price_data", {}), f"{path}[price_data]")
    quantity = item.get("quantity", 1)
    if quantity < 1:
        raise Refused("Invalid non-negative integer", code="parameter_invalid_integer", param=path)
    whole = price["unit_amount"] * quantity
    product = store.find(db, "product", price["product"])
    return {
        "id": store.mint("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": whole,
        "amount_tax": 0,
        "amount_total": whole,
        "currency": price["currency"],
        "description": product.body["name"] if product else None,
        "price": price,
        "quantity": quantity,
    }
