"""What can be done to one object by hand, as banks or a person at the Dashboard do it."""

import sqlite3
from collections.abc import Callable
from typing import Any

from flask import current_app, request

from app.money import Money, NotAnAmount
from app.practice import deciding, disputes, parameters, payouts, refunds
from app.practice.doors import answering
from app.practice.refusals import Refused


def _refund(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    """A refund made by hand, as in the Dashboard: no request of Whipround's caused it."""
    amount = _amount(charge["currency"])
    given = {"charge": charge["id"], **({"amount": amount} if amount is not None else {})}
    after = current_app.extensions["settings"].settles_after
    return refunds.create(db, given, answering.by_hand(), ends_after=after)


def _dispute(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    if charge["disputed"] or not charge["balance_transaction"]:
        raise Refused("Only a settled charge can be disputed, and only once.")
    return disputes.begin(db, charge, "inquiry" if request.form.get("inquiry") else "chargeback")


def _win(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    fee_back = bool(request.form.get("fee_back"))
    return deciding.win(db, dispute, amount=_amount(dispute["currency"]), fee_back=fee_back)


# By the kind of object and the name of the deed.
DEEDS: dict[tuple[str, str], Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]] = {
    ("charge", "refund"): _refund,
    ("charge", "dispute"): _dispute,
    ("dispute", "win"): _win,
    ("dispute", "lose"): deciding.lose,
    ("dispute", "escalate"): deciding.escalate,
    ("payout", "settle"): payouts.arrive,
    ("payout", "fail"): payouts.fail,
    ("payout", "cancel"): lambda db, payout: payouts.cancel(db, payout, answering.by_hand()),
    ("refund", "fail"): refunds.fail,
}


def _amount(currency: str) -> int | None:
    """Minor units given as `amount`, or typed as people write money in `sum`; none when nothing was given."""
    if request.form.get("amount"):
        return parameters.integer(request.form["amount"], "amount")
    if not request.form.get("sum"):
        return None
    try:
        return Money.parse(request.form["sum"], currency).minor
    except NotAnAmount:
        raise Refused("That is not an amount of money.", param="sum") from None
