"""Practice Stripe, as the example's year drives it: its time is told, cards are used on its pages.

It is a program of its own, which is spoken to at STRIPE_API_BASE and nowhere else.
"""

import json
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from app import clock
from app.errors import DomainError


class NoPracticeStripe(DomainError):
    """Practice Stripe does not answer, or will not do what it was asked for."""


class PracticeStripe:
    """The controls of a running Practice Stripe, and whoever pays on its pages."""

    def __init__(self, address: str) -> None:
        """`address` is where it listens (`http://host:port`)."""
        self._address = urlsplit(address)

    def begin_history(self, first: datetime) -> None:
        """Make it `first` there. Raises `NoPracticeStripe`, also where something has happened already."""
        self._press("/control/history", back=int((clock.now() - first).total_seconds()))

    def end_history(self) -> None:
        """Let time go by there until the present, for good. Raises `NoPracticeStripe`."""
        self._press("/control/history/end")

    def wait_until(self, moment: datetime) -> None:
        """Let time go by until `moment`, and everything happen at its time on the way. Raises `NoPracticeStripe`."""
        self._press("/control/clock", until=int(moment.timestamp()))

    def pay(self, page: str, name: str, email: str, postcode: str) -> None:
        """Pay on a Checkout page with a card that works. Raises `NoPracticeStripe`."""
        typed = {
            "do": "pay",
            "email": email,
            "number": "4242424242424242",
            "exp": f"12/{clock.today().year % 100 + 3}",
            "cvc": "123",
            "name": name,
            "postal": postcode,
        }
        self._ask(urlsplit(page).path, typed, expected=303)

    def pay_out(self) -> None:
        """Have it pay out all that is available. Raises `NoPracticeStripe`."""
        self._press("/control/payouts/auto")

    def dispute(self, charge_id: str) -> None:
        """Have a giver's bank take a payment back. Raises `NoPracticeStripe`."""
        self._press(f"/control/charges/{charge_id}/dispute")

    def end_subscription(self, subscription_id: str) -> None:
        """End a monthly gift. Raises `NoPracticeStripe`."""
        self._press(f"/control/subscriptions/{subscription_id}/cancel")

    def _press(self, path: str, **fields: object) -> dict[str, Any]:
        return dict(json.loads(self._ask(path, fields, expected=200)))

    def _ask(self, path: str, fields: dict[str, Any], expected: int) -> bytes:
        connection = HTTPConnection(self._address.hostname or "", self._address.port, timeout=30)
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", path, urlencode(fields), headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, HTTPException) as failure:
            raise NoPracticeStripe(f"Practice Stripe does not answer at {self._address.geturl()}") from failure
        finally:
            connection.close()
        if answer.status != expected:
            raise NoPracticeStripe(f"Practice Stripe answered {answer.status} at {path}")
        return said
