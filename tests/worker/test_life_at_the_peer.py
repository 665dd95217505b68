"""A life at the Stripe peer, with its webhooks switched off: catching up makes books that agree with it to the penny.

The peer stands beside the checkout where the team works; elsewhere these tests are skipped, and say so.
"""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import stripe
from sqlalchemy import select

from app.appeals import raised
from app.appeals.appeal import Appeal
from app.donations.dispute_kept import KeptDispute
from app.extensions import db
from app.payments.gateway import Gateway
from app.payments.payout import KeptPayout
from app.worker import catch_up, events, loop, payouts
from tests import books_kept
from tests.cast import a_pledge, an_appeal

START = Path(__file__).parents[3] / "shared" / "stripe-peer" / "start"
WEEK = 7 * 86_400

pytestmark = [
    pytest.mark.peer,
    pytest.mark.both_databases,
    pytest.mark.skipif(not START.exists(), reason="no Stripe peer stands beside this checkout"),
]

UK_CHARITY = (
    'UPDATE account SET settings=json(\'{"ledger":{"fees":{"percent_bps":120,"fixed":20},'
    '"settlement_business_days":2,"dispute_received_fee":2000}}\')'
    ", object=json_set(object,'$.country','GB','$.default_currency','gbp')"
)


@pytest.fixture(scope="module")
def peer():
    """The address of a running peer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [START, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 90
        while True:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the peer did not start"
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/worlds"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture
def world(peer, engine_name):
    """An account of its own at the peer, with a charity's prices, which delivers no event."""
    base = f"{peer}/{engine_name}"
    body = json.dumps({"startup": {"livemode": False}, "setup_sql": UK_CHARITY}).encode()
    urlopen(Request(base, body, {"Content-Type": "application/json"}, method="PUT"), timeout=10).close()
    return base


def control(world, path, **fields):
    urlopen(Request(f"{world}/_control/{path}", urlencode(fields).encode(), method="POST"), timeout=10).close()


def test_a_life_without_webhooks_reconciles_to_nothing(app, world, settings):
    http_client = stripe.RequestsClient(timeout=30)
    api = stripe.StripeClient("sk_test_peer", base_addresses={"api": world}, http_client=http_client).v1
    appeal = an_appeal()

    def give(minor, nonce, card="pm_card_visa"):
        return api.payment_intents.create(
            {
                "amount": minor,
                "currency": "gbp",
                "confirm": True,
                "payment_method": card,
                "metadata": {"donation": a_pledge(appeal, nonce).reference},
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        ).latest_charge

    first = give(25_000, "one")
    give(10_000, "two")
    control(world, "clock", advance=WEEK)
    control(world, "payouts/auto")
    api.refunds.create({"charge": first, "amount": 5000})
    give(4000, "three", "pm_card_createDispute")
    give(20_000, "four")
    dispute = api.disputes.list().data[0]
    api.disputes.close(dispute.id)
    control(world, "clock", advance=WEEK)
    control(world, "payouts/auto")
    for payout in api.payouts.list().data:
        control(world, f"payouts/{payout.id}/settle")
    http_client.close()

    gateway = Gateway("sk_test_peer", world)
    db.session.rollback()
    caught = catch_up.catch_up(gateway, settings)
    assert caught.events > 0
    loop.do_all_due([events.duty(gateway), payouts.duty(gateway)])
    books_kept.agree()
    kept = db.session.scalars(select(KeptPayout).order_by(KeptPayout.id)).all()
    assert [(each.automatic, each.difference_minor) for each in kept] == [(True, 0), (True, 0)]
    assert db.session.scalars(select(KeptDispute.status)).all() == ["lost"]
    assert books_kept.balance("assets:stripe:gbp") == 0
    assert books_kept.balance("expenses:dispute-fees:gbp") == 2000
    # 250 + 100 + 200 given and kept but for 50 given back; the 40 were lost.
    assert raised.by(db.session.scalars(select(Appeal)).one()).amount.minor == 50_000
    before = books_kept.entries()
    again = catch_up.catch_up(gateway, settings)
    assert (again.events, again.transactions, books_kept.entries()) == (0, 0, before)
