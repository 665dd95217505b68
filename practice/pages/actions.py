"""What can be done to one object by hand, as banks or a person at the Dashboard do it."""

import sqlite3
from collections.abc import Callable
from typing import Any

from flask import request

from app import clock
from app.money import Money, NotAnAmount
from practice import simulated_time, store
from practice.api import answering, parameters
from practice.api.refusals import Refused
from practice.happening import debiting, disputing, settling
from practice.objects import cards, customers, disputes, payouts, portal, refunds, subscriptions
from practice.objects.intents import Payer


def _refund(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    """A refund made by hand, as in the Dashboard: no request of Whipround's caused it."""
    amount = _amount(charge["currency"])
    given = {"charge": charge["id"], **({"amount": amount} if amount is not None else {})}
    return refunds.create(db, given, answering.by_hand())


def _dispute(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    if charge["disputed"] or not charge["balance_transaction"] or not charge["paid"]:
        raise Refused("Only a settled charge can be disputed, and only once.")
    if debiting.is_debit(charge):
        return disputes.begin(db, charge, "debit")
    return disputes.begin(db, charge, "inquiry" if request.form.get("inquiry") else "chargeback")


def _win(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    fee_back = bool(request.form.get("fee_back"))
    return disputing.win(db, dispute, amount=_amount(dispute["currency"]), fee_back=fee_back)


def _renew(db: sqlite3.Connection, subscription: dict[str, Any]) -> dict[str, Any]:
    """Let time go by until its month is over."""
    settling.pass_time(db, max(subscriptions.current_end(subscription), simulated_time.now()))
    return store.look_up(db, subscription["id"]) or subscription


def _another_card(db: sqlite3.Connection, subscription: dict[str, Any]) -> dict[str, Any]:
    """Swap the card on file, as the portal does: `number` is a test card's, at first the one that is declined later."""
    card = cards.known(request.form.get("number", "4000000000000341"))
    if card is None or (card.code and not card.attaches):
        raise Refused("That card cannot be kept for later payments.", param="number")
    customer = customers.present(db, subscription["customer"])
    name, address = customer["name"] or "", customer["email"] or ""
    payer = Payer(address, name, "", 12, clock.today().year + 3)
    portal.set_up(db, customer["id"], card, payer, answering.by_hand())
    return store.look_up(db, subscription["id"]) or subscription


# By the kind of object and the name of the action.
ACTIONS: dict[tuple[str, str], Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]] = {
    ("charge", "refund"): _refund,
    ("charge", "dispute"): _dispute,
    ("charge", "arrive"): debiting.arrive,
    ("charge", "fail"): debiting.fail,
    ("charge", "return"): debiting.take_back,
    ("dispute", "win"): _win,
    ("dispute", "lose"): disputing.lose,
    ("dispute", "escalate"): disputing.escalate,
    ("payout", "settle"): payouts.arrive,
    ("payout", "fail"): payouts.fail,
    ("payout", "cancel"): lambda db, payout: payouts.cancel(db, payout, answering.by_hand()),
    ("refund", "fail"): refunds.fail,
    ("subscription", "renew"): _renew,
    ("subscription", "card"): _another_card,
    ("subscription", "cancel"): lambda db, body: subscriptions.end(db, body, answering.by_hand()),
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
