"""Idempotency: whatever Stripe is asked to make is asked for under a key that was stored before, however often."""

import inspect
from dataclasses import replace

import pytest
import stripe
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations import refunds as donations_refunds
from app.donations import stripe_news
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.money import Money
from app.payments import subscription
from app.payments.checkout import CheckoutRequest, MonthlyCheckoutRequest
from app.payments.gateway import StripeGateway
from app.worker import refunds
from tests import stripe_bodies as says
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import Account

A_SESSION = {"id": "cs_1", "object": "checkout.session", "url": "https://pay.example/cs_1", "expires_at": 1_782_986_400}
A_SUBSCRIPTION = says.subscription("p1")
FOUND = subscription.read(A_SUBSCRIPTION, clock.from_timestamp(says.CREATED))
KEY_IN_USE = {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "still running"}}
OF_STRIPES_OWN = {"error": {"type": "api_error", "message": "something broke"}}


def asks(kind: type[CheckoutRequest]) -> CheckoutRequest:
    return kind("ref", Money(2500, "gbp"), "The press", "lucja@example.org", "http://x/", "http://x/")


def a_refund(charge_id: str, reference: str, minor: int) -> dict:
    return {
        "id": "re_1", "object": "refund", "amount": minor, "currency": "gbp", "status": "succeeded",
        "metadata": {"refund": reference}, "charge": says.charge(None, charge_id=charge_id),
        "balance_transaction": says.transaction("txn_re", "refund", "re_1", -minor),
        "failure_balance_transaction": None,
    }  # fmt: skip


MAKING = {
    "open_checkout": (lambda it, key: it.open_checkout(asks(CheckoutRequest), key), A_SESSION),
    "open_checkout for a plan": (lambda it, key: it.open_checkout(asks(MonthlyCheckoutRequest), key), A_SESSION),
    "make_refund": (lambda it, key: it.make_refund("ch_1", Money(100, "gbp"), "r1", key), a_refund("ch_1", "r1", 100)),
    "change_appeal": (lambda it, key: it.change_appeal(FOUND, "a1", "Roof", key), A_SUBSCRIPTION),
    "change_amount": (lambda it, key: it.change_amount(FOUND, Money(1500, "gbp"), key), A_SUBSCRIPTION),
    "pause": (lambda it, key: it.pause(FOUND, clock.now(), key), A_SUBSCRIPTION),
    "resume": (lambda it, key: it.resume(FOUND, key), A_SUBSCRIPTION),
    "cancel": (lambda it, key: it.cancel(FOUND, key), A_SUBSCRIPTION),
}


@pytest.fixture
def gateway(scripted, monkeypatch):
    """The gateway, asking a server that answers what it is told; the library's pauses are not waited for."""
    monkeypatch.setattr(stripe.RequestsClient, "_sleep_time_seconds", lambda *_: 0)
    return StripeGateway("sk_test_scripted", scripted.address)


def keys(scripted) -> list[str | None]:
    """The keys under which something was asked for, in order."""
    return [key for _path, key, _sent in scripted.asked]


@pytest.mark.parametrize("what", MAKING)
def test_the_key_that_was_given_is_the_key_that_is_sent(scripted, gateway, what):
    ask, answer = MAKING[what]
    for _ in range(2):
        scripted.will_answer(409, KEY_IN_USE)
        scripted.will_answer(200, answer)
        ask(gateway, "the-stored-key")
    assert keys(scripted) == ["the-stored-key"] * 4


def test_nothing_that_takes_a_key_is_left_out_here():
    """A page for a new card takes none: it is an address that lives for minutes, and two of them do no harm."""
    takes_a_key = {
        name
        for name, method in inspect.getmembers(StripeGateway, inspect.isfunction)
        if "idempotency_key" in inspect.signature(method).parameters and not name.startswith("_")
    }
    assert takes_a_key == {each for each in MAKING if " " not in each}


@pytest.fixture
def asked_for(app):
    """A refund of £10.00 that has been asked for and not been made; its row's number."""
    account = Account()
    account.gives(a_pledge(an_appeal()).reference)
    with writing():
        stripe_news.settle(account.charge(next(iter(account.charges))))
    with writing():
        return donations_refunds.ask(
            db.session.scalars(select(Donation)).one(), Money(1000, "gbp"), by="test", reason="asked"
        ).id


def row(row_id: int) -> DonationRefund:
    db.session.rollback()
    return db.session.get_one(DonationRefund, row_id, populate_existing=True)


def try_again(gateway, row_id: int) -> None:
    with writing():
        db.session.get_one(DonationRefund, row_id).next_try_at = None
    due = refunds.duty(gateway)
    assert replace(due, due=due.due & (DonationRefund.id == row_id)).work_once()


def test_a_refund_whose_outcome_is_unknown_is_asked_for_again_under_the_same_key(scripted, gateway, asked_for):
    stored = row(asked_for).key
    for _ in range(2):
        # The library tries three times by itself, and then the worker comes back to it.
        for _ in range(3):
            scripted.will_answer(409, KEY_IN_USE)
        try_again(gateway, asked_for)
        assert (row(asked_for).state, row(asked_for).key) == ("asked", stored)
    scripted.will_answer(200, a_refund(row(asked_for).charge_id, row(asked_for).reference, 1000))
    try_again(gateway, asked_for)
    assert row(asked_for).state == "succeeded"
    assert keys(scripted) == [stored] * 7


def test_a_refund_whose_failure_stripe_has_stored_is_looked_for_and_only_then_gets_a_new_key(
    scripted, gateway, asked_for
):
    first = row(asked_for).key
    for _ in range(3):
        scripted.will_answer(500, OF_STRIPES_OWN)
    try_again(gateway, asked_for)
    assert keys(scripted) == [first] * 3
    scripted.will_answer(200, {"object": "list", "data": [], "has_more": False, "url": "/v1/refunds"})
    for _ in range(3):
        scripted.will_answer(409, KEY_IN_USE)
    try_again(gateway, asked_for)
    second = row(asked_for).key
    assert second not in (None, first)
    # The look takes no key; what was asked for then had the one that stands in the row.
    assert keys(scripted)[3:] == [None, *[second] * 3]
    scripted.will_answer(200, a_refund(row(asked_for).charge_id, row(asked_for).reference, 1000))
    try_again(gateway, asked_for)
    assert (keys(scripted)[-1], row(asked_for).state) == (second, "succeeded")
