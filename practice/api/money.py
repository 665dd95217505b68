"""The API's writing half for money that was taken: refunds, answers to disputes, payouts."""

import sqlite3
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from practice.api import answering, parameters, policy
from practice.happening import disputing
from practice.objects import payouts, refunds

money = Blueprint("money", __name__, url_prefix="/v1")
policy.guard(money)

_NOTHING: parameters.Shape = {"expand": parameters.EXPAND}


@money.post("/refunds")
def refund() -> ResponseReturnValue:
    """Give money back."""

    def act(db: sqlite3.Connection, given: dict[str, Any]) -> dict[str, Any]:
        return refunds.create(db, given, answering.cause())

    return answering.once(act, refunds.PARAMETERS)


@money.post("/refunds/<reference>")
def update_refund(reference: str) -> ResponseReturnValue:
    """Change a refund's metadata."""

    def act(db: sqlite3.Connection, given: dict[str, Any]) -> dict[str, Any]:
        return refunds.update(db, answering.stored(db, "refund", reference, "refund").body, given, answering.cause())

    return answering.once(act, {"expand": parameters.EXPAND, "metadata": parameters.METADATA})


@money.post("/disputes/<reference>")
def answer_dispute(reference: str) -> ResponseReturnValue:
    """Take in evidence."""

    def act(db: sqlite3.Connection, given: dict[str, Any]) -> dict[str, Any]:
        return disputing.answer(
            db, answering.stored(db, "dispute", reference, "dispute").body, given, answering.cause()
        )

    return answering.once(act, disputing.PARAMETERS)


@money.post("/disputes/<reference>/close")
def accept_dispute(reference: str) -> ResponseReturnValue:
    """Give in: the dispute is lost."""

    def act(db: sqlite3.Connection, _given: dict[str, Any]) -> dict[str, Any]:
        return disputing.lose(db, answering.stored(db, "dispute", reference, "dispute").body)

    return answering.once(act, _NOTHING)


@money.post("/payouts")
def pay_out() -> ResponseReturnValue:
    """Make a manual payout."""

    def act(db: sqlite3.Connection, given: dict[str, Any]) -> dict[str, Any]:
        return payouts.manual(db, given, answering.cause())

    return answering.once(act, payouts.PARAMETERS)


@money.post("/payouts/<reference>/cancel")
def cancel_payout(reference: str) -> ResponseReturnValue:
    """Take back a payout that has not left yet."""

    def act(db: sqlite3.Connection, _given: dict[str, Any]) -> dict[str, Any]:
        return payouts.cancel(db, answering.stored(db, "payout", reference, "payout").body, answering.cause())

    return answering.once(act, _NOTHING)
