"""Products and prices: what is sold, once or month by month."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import integer, one_of, text
from practice.api.refusals import Refused, missing, no_such
from practice.objects import shapes

RECURRING: parameters.Shape = {"interval": one_of("day", "month", "week", "year"), "interval_count": integer}
_ABOUT: dict[str, parameters.Shape] = {"description": text, "metadata": parameters.METADATA, "name": text}

# A price given in the place of one that exists already.
PRICE_DATA: dict[str, parameters.Shape] = {
    "currency": text,
    "product": text,
    "product_data": _ABOUT,
    "recurring": RECURRING,
    "unit_amount": integer,
}
PRODUCT: parameters.Shape = {"expand": parameters.EXPAND, **_ABOUT}
PRICE: parameters.Shape = {"expand": parameters.EXPAND, "metadata": parameters.METADATA, **PRICE_DATA}


def product(db: sqlite3.Connection, given: dict[str, Any], param: str = "name") -> dict[str, Any]:
    """Keep something to sell; raises `Refused` without a name, which the request calls `param`."""
    if not given.get("name"):
        raise missing(param)
    made = {
        "id": store.mint("prod"),
        "object": "product",
        "active": True,
        "attributes": [],
        "created": simulated_time.now(),
        "default_price": None,
        "description": given.get("description"),
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": given.get("metadata", {}),
        "name": given["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": simulated_time.now(),
        "url": None,
    }
    store.keep(db, made)
    return made


def price(db: sqlite3.Connection, given: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Keep a price of checked parameters; `path` is where the request has them, such as `items[0][price_data]`."""

    def at(name: str) -> str:
        return f"{path}[{name}]" if path else name

    for name in ("currency", "unit_amount"):
        if name not in given:
            raise missing(at(name))
    if "product" not in given and "product_data" not in given:
        raise missing(at("product_data") if path else "product")
    amount, currency, recurring = given["unit_amount"], given["currency"].lower(), given.get("recurring")
    if len(currency) != 3 or not currency.isalpha():
        raise Refused(f"Invalid currency: {currency[:20]}", param=at("currency"))
    if amount < 0:
        raise Refused("Invalid non-negative integer", code="parameter_invalid_integer", param=at("unit_amount"))
    if recurring is not None and recurring.get("interval") not in ("month", "year"):
        raise Refused("Practice Stripe plays months and years only.", param=at("recurring"))
    if "product" in given and store.find(db, "product", given["product"]) is None:
        raise no_such("product", given["product"], param=at("product"), status=400)
    of = (
        given["product"]
        if "product" in given
        else product(db, given["product_data"], f"{at('product_data')}[name]")["id"]
    )
    made = shapes.price(amount, currency, of, recurring)
    store.keep(db, made)
    return made


def find_price(db: sqlite3.Connection, reference: str, param: str) -> dict[str, Any]:
    """The stored price of this id; raises `Refused` when there is none."""
    stored = store.find(db, "price", reference)
    if stored is None:
        raise no_such("price", reference, param=param, status=400)
    return stored.body


def step(one: dict[str, Any]) -> int:
    """How many months lie between two payments of a recurring price."""
    recurring = one["recurring"]
    return int(recurring["interval_count"]) * (12 if recurring["interval"] == "year" else 1)
