"""Lives at the Stripe peer: with its webhooks, and without them by catching up alone, the books agree to the penny.

The peer stands beside the checkout where the team works; elsewhere these tests are skipped, and say so.
"""

import io
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import stripe
from sqlalchemy import select
from werkzeug.serving import make_server

from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.plans import planning
from app.payments.gateway import StripeGateway
from app.payments.payout import Payout
from app.services import services
from app.worker import catch_up, events, payouts
from app.worker import duties as worker_duties
from practice.tests.conftest import pay
from tests import books_kept, written_books
from tests.cast import a_pledge, an_appeal
from tests.plan_world import a_plan
from tests.scratch import Scratch

START = Path(__file__).parents[3] / "shared" / "stripe-peer" / "start"
WEEK = 7 * 86_400
WEEKS = 52
GOOD, REFUSED_AT_THE_CHARGE = "4242424242424242", "4000000000000341"

pytestmark = [
    pytest.mark.peer,
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
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the peer did not start"
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/worlds"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture
def world(peer):
    """An account of its own at the peer, with a charity's prices, which delivers no event."""
    base = f"{peer}/{secrets.token_hex(4)}"
    body = json.dumps({"startup": {"livemode": False}, "setup_sql": UK_CHARITY}).encode()
    urlopen(Request(base, body, {"Content-Type": "application/json"}, method="PUT"), timeout=10).close()
    return base


def control(world, path, **fields):
    urlopen(Request(f"{world}/_control/{path}", urlencode(fields).encode(), method="POST"), timeout=10).close()


@pytest.mark.both_databases
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

    gateway = StripeGateway("sk_test_peer", world)
    db.session.rollback()
    caught = catch_up.catch_up(gateway, settings)
    assert caught.events > 0
    worker_duties.do_all_due([events.duty(gateway), payouts.duty(gateway)])
    books_kept.agree()
    kept = db.session.scalars(select(Payout).order_by(Payout.id)).all()
    assert [(each.automatic, each.difference_minor) for each in kept] == [(True, 0), (True, 0)]
    assert db.session.scalars(select(Dispute.status)).all() == ["lost"]
    assert books_kept.balance("assets:stripe:gbp") == 0
    assert books_kept.balance("expenses:dispute-fees:gbp") == 2000
    # 250 + 100 + 200 given and kept but for 50 given back; the 40 were lost.
    assert raised.by(db.session.scalars(select(Appeal)).one()).amount.minor == 50_000
    before = books_kept.entries()
    again = catch_up.catch_up(gateway, settings)
    assert (again.events, again.transactions, books_kept.entries()) == (0, 0, before)


class Webhook:
    """The application behind a port of its own, where Stripe delivers its events; it knows which have come."""

    def __init__(self, app):
        self._app, self._come, self._more = app, set(), threading.Condition()

    def __call__(self, environ, start_response):
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(raw)
        answer = self._app(environ, start_response)
        with self._more:
            self._come.add(json.loads(raw)["id"])
            self._more.notify_all()
        return answer

    def wait_for(self, event_id):
        """Until an event has been answered; Stripe delivers one after the other, in their order."""
        with self._more:
            assert self._more.wait_for(lambda: event_id in self._come, timeout=60)

    @contextmanager
    def open(self):
        """Open it, for as long as the block lasts."""
        server = make_server("127.0.0.1", 0, self, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Year:
    """A year at Stripe: a monthly gift of which one month fails at first, a gift each fortnight, refunds, a dispute
    lost, and a payout each week."""

    def __init__(self, world, gateway, gifts):
        self.world, self.gateway, self.gifts = world, gateway, list(gifts)
        self.http_client = stripe.RequestsClient(timeout=30)
        self.api = stripe.StripeClient("sk_test_peer", base_addresses={"api": world}, http_client=self.http_client).v1
        self.charges = []

    def give(self, card="pm_card_visa"):
        """The next pledge is paid."""
        made = self.api.payment_intents.create(
            {
                "amount": 2500,
                "currency": "gbp",
                "confirm": True,
                "payment_method": card,
                "metadata": {"donation": self.gifts.pop(0)},
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        self.charges.append(made.latest_charge)

    def promise(self, request):
        """The plan is begun on Stripe's own page."""
        session = self.gateway.open_checkout(request, "the plan")
        assert pay(session.url).status == 303
        self.subscription = self.api.checkout.sessions.retrieve(session.session_id).subscription

    def takes(self, number):
        """The plan is paid with another card from now on."""
        customer = self.api.subscriptions.retrieve(self.subscription).customer
        card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        made = self.api.payment_methods.create({"type": "card", "card": card})
        method = self.api.payment_methods.attach(made.id, {"customer": customer})
        self.api.subscriptions.update(self.subscription, {"default_payment_method": method.id})

    def week(self, number):
        """A week passes, and what it brings happens."""
        control(self.world, "clock", advance=WEEK)
        control(self.world, "billing")
        if number % 2:
            self.give("pm_card_createDispute" if number == 25 else "pm_card_visa")
        match number:
            case 10:
                self.api.refunds.create({"charge": self.charges[2], "amount": 1000})
            case 18:
                self.takes(REFUSED_AT_THE_CHARGE)
            case 23:
                self.takes(GOOD)
                self.api.invoices.pay(self.api.subscriptions.retrieve(self.subscription).latest_invoice)
            case 30:
                self.api.refunds.create({"charge": self.charges[9]})
            case 33:
                self.api.disputes.close(self.api.disputes.list().data[0].id)
            case 50:
                self.api.subscriptions.cancel(self.subscription)
        control(self.world, "payouts/auto")
        for payout in self.api.payouts.list({"status": "pending"}).data:
            control(self.world, f"payouts/{payout.id}/settle")


def test_a_year_is_the_same_with_webhooks_and_by_catching_up_alone(app, world):
    gateway = services(app).gateway = StripeGateway("sk_test_peer", world)
    appeal = an_appeal()
    plan = a_plan(appeal)
    pledges = [a_pledge(appeal, f"nonce-{week}").reference for week in range(WEEKS // 2)]
    asked = planning.checkout_request(plan, appeal, success_url="http://127.0.0.1:9/", cancel_url="http://127.0.0.1:9/")
    before = Scratch()
    year, webhook = Year(world, gateway, pledges), Webhook(app)
    duties = [events.duty(gateway), payouts.duty(gateway)]
    with webhook.open() as address:
        endpoint = year.api.webhook_endpoints.create({"url": address, "enabled_events": ["*"]})
        services(app).settings = replace(services(app).settings, stripe_webhook_secrets=(endpoint.secret,))
        year.promise(asked)
        for week in range(WEEKS):
            year.week(week)
            if week % 4 == 3:
                webhook.wait_for(year.api.events.list({"limit": 1}).data[0].id)
                worker_duties.do_all_due(duties)
    told = the_year_is_proven(app)
    before.restore()
    assert db.session.scalars(select(Donation.state).distinct()).all() == ["pledged"]
    db.session.rollback()
    answer = app.test_cli_runner().invoke(args=["stripe", "catch-up"])
    assert answer.exit_code == 0, answer.output
    caught = the_year_is_proven(app)
    assert {about: (told[about], caught[about]) for about in told if told[about] != caught[about]} == {}
    year.http_client.close()


def the_year_is_proven(app):
    """Whatever brought the news, each payout and the whole reconcile to nothing; the books."""
    db.session.rollback()
    answer = app.test_cli_runner().invoke(args=["stripe", "reconcile"])
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert len(lines) > WEEKS // 2
    assert [line for line in lines if not line.endswith("difference £0.00")] == []
    books_kept.agree()
    books = written_books.whole()
    assert [(state, minor) for _, state, minor, *_ in books["plans"]] == [("ended", 1000)]
    assert [status for _, status, _ in books["disputes"]] == ["lost"]
    assert sorted(minor for *_, minor in books["refunds"]) == [1000, 2500]
    monthly = [row for row in books["gifts"] if row[-1] is not None]
    assert (len(monthly), {row[1] for row in books["gifts"]}) == (12, {"received"})
    return books
