"""A running Practice Stripe, a webhook that remembers, the official library, and a payer without a browser."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import stripe

from practice.serving import serving
from practice.settings import PracticeSettings

SECRET = "whsec_practice"

stripe.enable_telemetry = False


def eventually(condition: Callable[[], Any], seconds: float = 15) -> Any:
    """Wait until `condition` answers something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(0.02)
    return found


@dataclass
class Hook:
    """A webhook: it remembers what it was sent, and answers what it is told to."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[bytes, str]] = field(default_factory=list)

    def events(self) -> list[stripe.Event]:
        """What arrived, each verified and read by the official library."""
        return [stripe.Webhook.construct_event(body, signature, SECRET) for body, signature in list(self.received)]

    def types(self) -> list[str]:
        """The types of what arrived, in the order of arrival."""
        return [event.type for event in self.events()]


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook on a port of its own that takes everything, unless told otherwise."""
    remembered = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = remembered.answers.pop(0) if remembered.answers else 200
            remembered.received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    remembered.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield remembered
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def practice_settings(tmp_path: Path, hook: Hook) -> PracticeSettings:
    """A Practice Stripe on any free port that tells the webhook."""
    return PracticeSettings(
        bind="127.0.0.1:0",
        webhook_url=hook.url,
        webhook_secrets=(SECRET,),
        data_dir=tmp_path,
        organisation="The Lantern",
        settles_after=0.3,
    )


@pytest.fixture
def practice(practice_settings: PracticeSettings) -> Iterator[str]:
    """The address of a running Practice Stripe."""
    with serving(practice_settings) as address:
        yield address


@pytest.fixture
def ask() -> Iterator[Callable[..., stripe.StripeClient]]:
    """Makes official clients for any address, with any key, and closes them afterwards."""
    made: list[stripe.RequestsClient] = []

    def client(address: str, key: str = "sk_test_practice") -> stripe.StripeClient:
        made.append(stripe.RequestsClient(timeout=10))
        return stripe.StripeClient(key, base_addresses={"api": address}, http_client=made[-1])

    yield client
    for http_client in made:
        http_client.close()


@pytest.fixture
def api(practice: str, ask: Callable[..., stripe.StripeClient]) -> stripe.StripeClient:
    """The official client, talking to the running Practice Stripe."""
    return ask(practice)


def a_session(**changes: Any) -> Any:
    """What Whipround asks for when somebody gives £25; a change of None leaves a parameter out."""
    asked = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "submit_type": "donate",
        "adaptive_pricing": {"enabled": False},
        "billing_address_collection": "auto",
        "customer_email": "ada@lantern.example",
        "client_reference_id": "D-7KQ2",
        "locale": "en-GB",
        "success_url": "http://127.0.0.1:9/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/give",
        "metadata": {"donation": "D-7KQ2"},
        "payment_intent_data": {"description": "A gift", "metadata": {"donation": "D-7KQ2"}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "gbp", "unit_amount": 2500, "product_data": {"name": "A gift"}},
            }
        ],
    }
    return {name: value for name, value in {**asked, **changes}.items() if value is not None}


def a_gift(api: stripe.StripeClient, number: str = "4242 4242 4242 4242", **changes: Any) -> stripe.Charge:
    """A session paid with this card, and its charge once the fee is known."""
    session = api.v1.checkout.sessions.create(params=a_session(**changes))
    assert pay(session.url or "", number).status == 303
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    reference = paid.payment_intent.latest_charge  # type: ignore[union-attr]
    return eventually(lambda: (charge := api.v1.charges.retrieve(reference)).balance_transaction and charge)


def press(practice: str, control: str, **fields: Any) -> Any:
    """Press one of Practice Stripe's controls as a test does; its JSON answer."""
    answer = visit(f"{practice}/control/{control}", {name: str(value) for name, value in fields.items()})
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def told(api: stripe.StripeClient) -> list[str]:
    """The types of everything that happened, in order."""
    return [event.type for event in api.v1.events.list(params={"limit": 100}).auto_paging_iter()][::-1]


def movements(api: stripe.StripeClient, **filters: Any) -> list[tuple[str, int, int]]:
    """The balance transactions, oldest first: type, net, fee."""
    rows = api.v1.balance_transactions.list(params={"limit": 100, **filters}).data  # type: ignore[typeddict-item]
    return [(row.type, row.net, row.fee) for row in rows][::-1]


def a_monthly_session(**changes: Any) -> Any:
    """What Whipround asks for when somebody promises £10 a month."""
    price = {
        "currency": "gbp",
        "unit_amount": 1000,
        "recurring": {"interval": "month"},
        "product_data": {"name": "A monthly gift"},
    }
    asked = {
        "mode": "subscription",
        "payment_intent_data": None,
        "adaptive_pricing": None,
        "subscription_data": {"metadata": {"plan": "P-1"}, "description": "Each month"},
        "line_items": [{"quantity": 1, "price_data": price}],
    }
    return a_session(**{**asked, **changes})


def a_plan(api: stripe.StripeClient, number: str = "4242 4242 4242 4242", **changes: Any) -> stripe.Subscription:
    """A monthly gift of £10 whose first month is paid, once its fee is known."""
    session = api.v1.checkout.sessions.create(params=a_monthly_session(**changes))
    assert pay(session.url or "", number).status == 303
    eventually(lambda: all(charge.balance_transaction for charge in api.v1.charges.list().data))
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["subscription"]})
    return paid.subscription  # type: ignore[return-value]


@dataclass(frozen=True)
class Answer:
    """How a page answered."""

    status: int
    text: str
    headers: dict[str, str]


def visit(url: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Load a page, or with `fields` send its form; a redirect is not followed."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
    body = urlencode(fields) if fields is not None else None
    connection.request("GET" if body is None else "POST", parts.path, body, {**form, **(headers or {})})
    response = connection.getresponse()
    answer = Answer(response.status, response.read().decode(), {k.lower(): v for k, v in response.getheaders()})
    connection.close()
    return answer


def pay(url: str, number: str = "4242 4242 4242 4242", **changes: str) -> Answer:
    """Fill in the payment page at `url` and send it; the fields are those of the peer's page too."""
    fields = {
        "email": "ada@lantern.example",
        "number": number,
        "exp": "12/34",
        "cvc": "123",
        "name": "Ada Lamplighter",
        "postal": "AM1 2QX",
        "do": "pay",
    }
    return visit(url, {**fields, **changes})
