"""The services that are chosen at the start: settings, the gateway to Stripe, and what one interface asks of another.

`app.factory` fills them in for each application; `services()` is the one way to them. What stands here is described
by protocols, so that this module imports nothing of the layers above it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from flask import Flask, current_app

from app.config import Settings
from app.money import Money

_NAME = "services"


class Lookup(Protocol):
    """What can be asked of Stripe without changing anything there; the values are those of `app.payments`.

    Every call raises `PaymentsUnavailable` or `PaymentsRefused`, and is made with no transaction open.
    """

    def charge(self, charge_id: str) -> Any:
        """The charge as it is now."""

    def charge_of(self, intent_id: str) -> Any:
        """The latest charge of a PaymentIntent, or `None`."""

    def charge_of_invoice(self, invoice_id: str) -> Any:
        """The charge that paid an invoice, or `None`."""

    def subscription(self, subscription_id: str) -> Any:
        """The subscription as it is now."""

    def refund(self, refund_id: str) -> Any:
        """The refund as it is now."""

    def refunds_of(self, charge_id: str) -> list[Any]:
        """Every refund of a charge."""

    def dispute(self, dispute_id: str) -> Any:
        """The dispute as it is now."""

    def payout(self, payout_id: str) -> Any:
        """The payout as it is now."""

    def transactions_of(self, payout_id: str) -> list[Any]:
        """Every balance transaction of an automatic payout."""

    def transactions_since(self, since: int) -> Iterator[Any]:
        """The balance transactions made since a Unix time, newest first."""

    def events_since(self, since: int) -> Iterator[dict[str, Any]]:
        """The events made since a Unix time, newest first, as Stripe's JSON."""


class Gateway(Lookup, Protocol):
    """What Stripe is asked to make or to change; `app.payments.gateway.Gateway` is the one that asks it."""

    def open_checkout(self, request: Any, idempotency_key: str) -> Any:
        """Open a page at Stripe where a gift is paid."""

    def make_refund(self, charge_id: str, amount: Money, reference: str, idempotency_key: str) -> Any:
        """Give a charge back, in part or in full."""

    def change_amount(self, found: Any, amount: Money, idempotency_key: str) -> Any:
        """Charge another amount from a subscription's next payment on."""

    def change_appeal(self, found: Any, appeal: str, title: str, idempotency_key: str) -> Any:
        """Let a subscription's next payments be for another appeal."""

    def pause(self, found: Any, until: datetime, idempotency_key: str) -> Any:
        """Collect nothing of a subscription until an instant."""

    def resume(self, found: Any, idempotency_key: str) -> Any:
        """Collect a subscription's payments again."""

    def cancel(self, found: Any, idempotency_key: str) -> Any:
        """End a subscription at once."""

    def card_page(self, customer_id: str, return_url: str) -> str:
        """The address of Stripe's page where a customer gives a new card."""


class AskForRefund(Protocol):
    """Has Stripe asked for one refund at once; its row says what came of it."""

    def __call__(self, row_id: int) -> None:
        """Ask for the refund of this row, which is committed; no transaction may be open."""


class AskToCatchUp(Protocol):
    """Has the worker compare all that Stripe still lists with the books at its next look."""

    def __call__(self) -> None:
        """Ask for it; the caller commits."""


@dataclass(slots=True)
class Services:
    """What one application works with. Tests may put another in a service's place."""

    settings: Settings
    gateway: Gateway
    ask_for_refund: AskForRefund
    ask_to_catch_up: AskToCatchUp


def provide(app: Flask, chosen: Services) -> None:
    """Make these the services of an application."""
    app.extensions[_NAME] = chosen


def services(app: Flask | None = None) -> Services:
    """The services of an application, or of the present one. Raises `RuntimeError` outside an application's context."""
    return cast(Services, (app or current_app).extensions[_NAME])
