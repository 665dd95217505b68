"""The same journeys against the till and against the Stripe peer: both answer in the same shapes.

The peer stands beside the checkout where the team works; elsewhere these tests are skipped, and say so.
"""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import stripe

from .conftest import a_session, eventually, pay, visit

START = Path(__file__).parent.parent.parent.parent / "shared" / "stripe-peer" / "start"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not START.exists(), reason="no Stripe peer stands beside this checkout"),
]

UK_CHARITY = (
    'UPDATE account SET settings=json(\'{"ledger":{"fees":{"percent_bps":120,"fixed":20},'
    '"settlement_business_days":2}}\')'
    ", object=json_set(object,'$.country','GB','$.default_currency','gbp')"
)


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
        body = json.dumps({"startup": {"livemode": False}, "setup_sql": UK_CHARITY}).encode()
        try:
            urlopen(Request(base, body, {"Content-Type": "application/json"}, method="PUT"), timeout=10).close()
        except OSError:
            return False
        return True

    try:
        eventually(prepared, seconds=90)
        yield base
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


# The till has no catalogue to tell of; the peer settles at once, where Stripe tells it later.
NOT_TOLD_BY_BOTH = ("price.created", "product.created", "charge.updated")


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


@pytest.fixture(scope="module")
def at_the_peer(peer: str) -> dict[str, Any]:
    """What the journey saw at the peer."""
    http_client = stripe.RequestsClient(timeout=30)
    seen = journey(stripe.StripeClient("sk_test_peer", base_addresses={"api": peer}, http_client=http_client))
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
}


def differences(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    """Where two answers differ in their keys or in the types of their values."""
    if path in DIFFERS:
        return
    if type(ours) is not type(theirs):
        yield f"{path}: {type(ours).__name__} here, {type(theirs).__name__} at the peer"
    elif isinstance(ours, dict) and not path.endswith("metadata"):
        if ours.keys() != theirs.keys():
            yield f"{path}: {sorted(ours.keys() ^ theirs.keys())} on one side only"
        for name in ours.keys() & theirs.keys():
            yield from differences(ours[name], theirs[name], f"{path}.{name}")
    elif isinstance(ours, list) and ours and theirs:
        yield from differences(ours[0], theirs[0], f"{path}[]")


def test_every_object_has_the_shape_that_it_has_at_the_peer(api, at_the_peer):
    here = journey(api)
    assert here.keys() == at_the_peer.keys()
    assert [found for name in here for found in differences(here[name], at_the_peer[name], name)] == []


def test_both_tell_the_same_in_the_same_order(api, at_the_peer):
    assert journey(api)["told"] == at_the_peer["told"]


def test_the_money_is_the_same_to_the_penny(api, at_the_peer):
    here = journey(api)
    for name in ("amount", "fee", "net", "currency", "type", "reporting_category", "available_on"):
        assert here["transaction"][name] == at_the_peer["transaction"][name]


@pytest.mark.parametrize(
    "ask_for",
    [
        lambda client: client.v1.checkout.sessions.retrieve("cs_x"),
        lambda client: client.v1.payment_intents.retrieve("pi_x"),
        lambda client: client.v1.charges.retrieve("ch_x"),
        lambda client: client.v1.events.retrieve("evt_x"),
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
