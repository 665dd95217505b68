"""The same journeys against Practice Stripe and against the Stripe peer: both answer in the same shapes.

The peer stands beside the checkout where the team works; elsewhere these tests are skipped, and say so.
"""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import stripe

from .conftest import a_gift, a_monthly_session, a_session, eventually, pay, told, visit

START = Path(__file__).parent.parent.parent.parent / "shared" / "stripe-peer" / "start"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not START.exists(), reason="no Stripe peer stands beside this checkout"),
]

UK_CHARITY = (
    'UPDATE account SET settings=json(\'{"ledger":{"fees":{"percent_bps":120,"fixed":20},'
    '"settlement_business_days":2,"dispute_received_fee":2000}}\')'
    ", object=json_set(object,'$.country','GB','$.default_currency','gbp')"
)


def prepare(base: str) -> None:
    """Make an account of a charity in the United Kingdom at the peer."""
    body = json.dumps({"startup": {"livemode": False}, "setup_sql": UK_CHARITY}).encode()
    urlopen(Request(base, body, {"Content-Type": "application/json"}, method="PUT"), timeout=10).close()


@pytest.fixture(scope="module")
def peer() -> Iterator[str]:
    """The address of an account at a running peer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [START, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    base = f"http://127.0.0.1:{port}/worlds/practice"

    def prepared() -> bool:
        assert process.poll() is None, "the peer did not start"
        try:
            prepare(base)
        except OSError:
            return False
        return True

    try:
        eventually(prepared, seconds=90)
        yield base
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


# Practice Stripe has no catalogue to tell of; the peer settles at once, where Stripe tells it later.
NOT_TOLD_BY_BOTH = ("price.created", "product.created", "charge.updated")
# Nor does the peer know these; and it disputes a payment before it has told of it.
NOT_TOLD_BY_BOTH += ("payout.reconciliation_completed", "payout.updated")
# The peer tells of payment intents after the invoice that they pay, and of no subscription that is renewed.
OF_MONTHS = {
    "charge.succeeded",
    "checkout.session.completed",
    "customer.created",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice.voided",
    "payment_method.attached",
}
OF_MONEY = ("refund.", "charge.refunded", "charge.dispute.", "payout.")


def journey(client: stripe.StripeClient) -> dict[str, Any]:
    """A declined card, a failed and a completed 3-D Secure: everything Whipround reads on the way, by name."""
    seen: dict[str, Any] = {}
    session = client.v1.checkout.sessions.create(params=a_session())
    seen["session open"] = session.to_dict(for_json=True)
    assert "Your card has insufficient funds." in pay(session.url, "4000000000009995").text
    declined = client.v1.payment_intents.list().data[0]
    seen["intent declined"] = declined.to_dict(for_json=True)
    seen["charge failed"] = client.v1.charges.retrieve(declined.latest_charge).to_dict(for_json=True)
    pay(session.url, "4000000000003220")
    seen["intent asking"] = client.v1.payment_intents.retrieve(declined.id).to_dict(for_json=True)
    assert "We are unable to authenticate your payment method." in visit(session.url, {"do": "fail"}).text
    pay(session.url, "4000000000003220")
    landed = visit(session.url, {"do": "authenticate"})
    assert (landed.status, landed.headers["location"]) == (303, f"http://127.0.0.1:9/thanks?session={session.id}")
    seen["session paid"] = client.v1.checkout.sessions.retrieve(session.id).to_dict(for_json=True)
    paid = client.v1.payment_intents.retrieve(declined.id)
    seen["intent paid"] = paid.to_dict(for_json=True)
    transaction = eventually(lambda: client.v1.charges.retrieve(paid.latest_charge).balance_transaction)
    seen["charge paid"] = client.v1.charges.retrieve(paid.latest_charge).to_dict(for_json=True)
    seen["transaction"] = client.v1.balance_transactions.retrieve(transaction).to_dict(for_json=True)
    events = client.v1.events.list(params={"limit": 100}).data
    seen["event"] = next(e for e in events if e.type == "charge.succeeded").to_dict(for_json=True)
    ended = client.v1.checkout.sessions.create(params=a_session())
    seen["session expired"] = client.v1.checkout.sessions.expire(ended.id).to_dict(for_json=True)
    told = [event.type for event in client.v1.events.list(params={"limit": 100}).auto_paging_iter()]
    seen["told"] = [kind for kind in reversed(told) if kind not in NOT_TOLD_BY_BOTH]
    seen["lines"] = client.v1.checkout.sessions.line_items.list(session.id).to_dict(for_json=True)
    return seen


def money_back(client: stripe.StripeClient, control: str) -> dict[str, Any]:
    """A refund, a dispute that is won and one that is lost, payouts that arrive, fail and are cancelled."""
    seen: dict[str, Any] = {}

    def see(name: str, found: Any) -> Any:
        seen[name] = found.to_dict(for_json=True)
        return found

    def turn(name: str, **fields: str) -> Any:
        answer = visit(f"{control}/{name}", fields)
        assert answer.status == 200, answer.text
        return json.loads(answer.text)

    gift, _ = a_gift(client), a_gift(client)
    asked: Any = {"charge": gift.id, "amount": 1000, "metadata": {"a": "b"}, "reason": "requested_by_customer"}
    refund = see("refund", client.v1.refunds.create(params=asked))
    see("refund's transaction", client.v1.balance_transactions.retrieve(refund.balance_transaction))
    see("charge refunded", client.v1.charges.retrieve(gift.id))
    disputed = a_gift(client, "4000000000000259")
    dispute = see("dispute", client.v1.disputes.list(params={"charge": disputed.id}).data[0])
    see("charge disputed", client.v1.charges.retrieve(disputed.id))
    wins: Any = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    see("dispute won", client.v1.disputes.update(dispute.id, params=wins))
    a_gift(client, "4000000000000259")
    loses: Any = {"evidence": {"uncategorized_text": "losing_evidence"}, "submit": True}
    see("dispute lost", client.v1.disputes.update(client.v1.disputes.list().data[0].id, params=loses))
    turn("clock", advance=str(8 * 24 * 60 * 60))
    see("balance", client.v1.balance.retrieve())
    (reference,) = turn("payouts/auto")["payouts"]
    see("payout", client.v1.payouts.retrieve(reference))
    turn(f"payouts/{reference}/settle")
    see("payout paid", client.v1.payouts.retrieve(reference))
    seen["paid out"] = see("rows", client.v1.balance_transactions.list(params={"payout": reference}))["data"]
    a_gift(client)
    turn("clock", advance=str(8 * 24 * 60 * 60))
    (reference,) = turn("payouts/auto")["payouts"]
    turn(f"payouts/{reference}/fail")
    see("payout failed", client.v1.payouts.retrieve(reference))
    by_hand = client.v1.payouts.create(params={"amount": 500, "currency": "gbp"})
    see("payout canceled", client.v1.payouts.cancel(by_hand.id))
    rows = list(client.v1.balance_transactions.list(params={"limit": 100}).auto_paging_iter())[::-1]
    seen["movements"] = [(row.type, row.amount, row.fee, row.net) for row in rows]
    seen["told"] = [kind for kind in told(client) if kind not in NOT_TOLD_BY_BOTH]
    return seen


def monthly(client: stripe.StripeClient, control: str) -> dict[str, Any]:
    """A monthly gift: its first month and its second, another sum, a pause, and its end."""
    seen: dict[str, Any] = {}

    def see(name: str, found: Any) -> Any:
        seen[name] = found.to_dict(for_json=True)
        return found

    def a_month_passes() -> None:
        for name, fields in (("clock", {"advance": str(32 * 24 * 60 * 60)}), ("billing", {})):
            assert visit(f"{control}/{name}", fields).status == 200

    session = see("session", client.v1.checkout.sessions.create(params=a_monthly_session()))
    pay(session.url or "")
    session = see("session paid", client.v1.checkout.sessions.retrieve(session.id))
    see("customer", client.v1.customers.retrieve(session.customer))
    plan = see("plan", client.v1.subscriptions.retrieve(session.subscription))
    see("method", client.v1.payment_methods.retrieve(plan.default_payment_method))

    def settled(reference: str) -> stripe.Charge | None:
        charge = client.v1.charges.retrieve(reference)
        return charge if charge.balance_transaction else None

    def invoice(name: str) -> Any:
        expand: Any = {"subscription": plan.id, "limit": 1, "expand": ["data.payments"]}
        found = see(name, client.v1.invoices.list(params=expand).data[0])
        for payment in client.v1.invoice_payments.list(params={"invoice": found.id}).data:
            see(f"{name}'s payment", payment)
            intent = see(f"{name}'s intent", client.v1.payment_intents.retrieve(payment.payment.payment_intent))
            see(f"{name}'s charge", eventually(partial(settled, intent.latest_charge)))
        return found

    invoice("first")
    a_month_passes()
    invoice("second")
    item = plan["items"].data[0]
    price = {"currency": "gbp", "product": item.price.product, "recurring": {"interval": "month"}, "unit_amount": 2000}
    more: Any = {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"}
    see("plan changed", client.v1.subscriptions.update(plan.id, params=more))
    client.v1.subscriptions.update(plan.id, params={"pause_collection": {"behavior": "void"}})
    a_month_passes()
    seen["void"] = client.v1.invoices.list(params={"subscription": plan.id, "limit": 1}).data[0].to_dict(for_json=True)
    client.v1.subscriptions.update(plan.id, params={"pause_collection": ""})
    see("plan ending", client.v1.subscriptions.update(plan.id, params={"cancel_at_period_end": True}))
    client.v1.subscriptions.update(plan.id, params={"cancel_at_period_end": False})
    see("plan ended", client.v1.subscriptions.cancel(plan.id))
    rows = list(client.v1.balance_transactions.list(params={"limit": 100}).auto_paging_iter())[::-1]
    seen["movements"] = [(row.type, row.amount, row.fee, row.net) for row in rows]
    seen["told"] = told(client)
    return seen


Seen = tuple[dict[str, Any], ...]


@pytest.fixture(scope="module")
def at_the_peer(peer: str) -> Seen:
    """What the journeys saw at the peer."""
    http_client = stripe.RequestsClient(timeout=30)

    def client(account: str) -> stripe.StripeClient:
        prepare(account)
        return stripe.StripeClient("sk_test_peer", base_addresses={"api": account}, http_client=http_client)

    seen = (
        journey(client(peer)),
        money_back(client(f"{peer}-money"), f"{peer}-money/_control"),
        monthly(client(f"{peer}-monthly"), f"{peer}-monthly/_control"),
    )
    http_client.close()
    return seen


# Where the two may differ, and why.
DIFFERS = {
    # Stripe answers what was asked; the peer leaves it out.
    "session open.adaptive_pricing",
    "session paid.adaptive_pricing",
    "session expired.adaptive_pricing",
    # Stripe clears it once the intent is updated (the library says so); the peer keeps it.
    "intent paid.last_payment_error",
    # The peer forgets the postcode when the bank is asked in between.
    "session paid.customer_details.address.postal_code",
    # Only a charge that was paid has one at the peer; Stripe's receipts are not played here.
    "charge paid.receipt_url",
    # The peer knows the fee at once; at Stripe it comes with charge.updated, so the event is without.
    "event.data.object.balance_transaction",
    "event.data.object.receipt_url",
    "charge refunded.receipt_url",
    "charge disputed.receipt_url",
    "first's charge.receipt_url",
    "second's charge.receipt_url",
    # Stripe keeps the card of Checkout with the subscription, not with the customer.
    "customer.invoice_settings.default_payment_method",
    # Stripe says what an invoice's payment is for.
    "first's intent.description",
    "second's intent.description",
    "second's charge.description",
    # The library knows these; the peer speaks an older version.
    *(f"dispute{state}.evidence_details.submission_method" for state in ("", " won", " lost")),
    *(f"payout{state}.trace_id" for state in ("", " paid", " failed", " canceled")),
}


def differences(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    """Where two answers differ in their keys or in the types of their values."""
    if path in DIFFERS:
        return
    if type(ours) is not type(theirs):
        yield f"{path}: {type(ours).__name__} here, {type(theirs).__name__} at the peer"
    elif isinstance(ours, dict) and not path.endswith("metadata"):
        if unshared := {name for name in ours.keys() ^ theirs.keys() if f"{path}.{name}" not in DIFFERS}:
            yield f"{path}: {sorted(unshared)} on one side only"
        for name in ours.keys() & theirs.keys():
            yield from differences(ours[name], theirs[name], f"{path}.{name}")
    elif isinstance(ours, list) and ours and theirs:
        yield from differences(ours[0], theirs[0], f"{path}[]")


def test_every_object_has_the_shape_that_it_has_at_the_peer(api, at_the_peer):
    here, there = journey(api), at_the_peer[0]
    assert here.keys() == there.keys()
    assert [found for name in here for found in differences(here[name], there[name], name)] == []


def test_both_tell_the_same_in_the_same_order(api, at_the_peer):
    assert journey(api)["told"] == at_the_peer[0]["told"]


def test_the_money_is_the_same_to_the_penny(api, at_the_peer):
    here = journey(api)
    for name in ("amount", "fee", "net", "currency", "type", "reporting_category", "available_on"):
        assert here["transaction"][name] == at_the_peer[0]["transaction"][name]


def test_money_goes_back_and_to_the_bank_as_at_the_peer(api, practice, at_the_peer):
    here, there = money_back(api, f"{practice}/control"), at_the_peer[1]
    assert here.keys() == there.keys()
    assert [found for name in here for found in differences(here[name], there[name], name)] == []
    assert here["movements"] == there["movements"]
    assert [k for k in here["told"] if k.startswith(OF_MONEY)] == [k for k in there["told"] if k.startswith(OF_MONEY)]


def test_a_month_goes_by_as_at_the_peer(api, practice, at_the_peer):
    here, there = monthly(api, f"{practice}/control"), at_the_peer[2]
    assert here.keys() == there.keys()
    assert [found for name in here for found in differences(here[name], there[name], name)] == []
    assert here["movements"] == there["movements"]
    assert [k for k in here["told"] if k in OF_MONTHS] == [k for k in there["told"] if k in OF_MONTHS]


@pytest.mark.parametrize(
    "ask_for",
    [
        lambda client: client.v1.checkout.sessions.retrieve("cs_x"),
        lambda client: client.v1.payment_intents.retrieve("pi_x"),
        lambda client: client.v1.charges.retrieve("ch_x"),
        lambda client: client.v1.events.retrieve("evt_x"),
        lambda client: client.v1.refunds.retrieve("re_x"),
        lambda client: client.v1.refunds.create(params={"charge": "ch_x"}),
        lambda client: client.v1.refunds.create(params={}),
        lambda client: client.v1.disputes.retrieve("du_x"),
        lambda client: client.v1.payouts.retrieve("po_x"),
        lambda client: client.v1.customers.retrieve("cus_x"),
        lambda client: client.v1.subscriptions.retrieve("sub_x"),
        lambda client: client.v1.subscriptions.cancel("sub_x"),
        lambda client: client.v1.invoices.retrieve("in_x"),
        lambda client: client.v1.checkout.sessions.create(params=a_session(mode=None)),
        lambda client: client.v1.checkout.sessions.create(params=a_session(success_url=None)),
    ],
)
def test_what_is_refused_is_refused_alike(api, ask: Callable[..., stripe.StripeClient], peer, ask_for):
    refusals = []
    for client in (api, ask(peer)):
        with pytest.raises(stripe.StripeError) as refused:
            ask_for(client)
        error = refused.value
        refusals.append((type(error), error.http_status, error.code, error.param, error.user_message))
    assert refusals[0] == refusals[1]
