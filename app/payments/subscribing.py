"""Changing a subscription at Stripe: its amount, a pause, its end, and the page where the donor gives a new card."""

from datetime import datetime
from typing import TYPE_CHECKING

from app import clock
from app.money import Money
from app.payments.lookup import StripeLookup, plain
from app.payments.subscription import APPEAL, Subscription, read
from app.payments.trouble import translated

if TYPE_CHECKING:
    from stripe.params import SubscriptionUpdateParams


class Subscribing(StripeLookup):
    """What can be asked of a subscription; each call raises as a look-up does, and returns what it is by then."""

    def change_amount(self, found: Subscription, amount: Money, idempotency_key: str) -> Subscription:
        """Charge another amount from the next payment on; nothing is charged or given back for this month."""
        return self._change(
            found,
            {
                "items": [
                    {
                        "id": found.item_id,
                        "price_data": {
                            "currency": amount.currency,
                            "product": found.product_id,
                            "unit_amount": amount.minor,
                            "recurring": {"interval": "month"},
                        },
                    }
                ],
                "proration_behavior": "none",
            },
            idempotency_key,
        )

    def change_appeal(self, found: Subscription, appeal: str, title: str, idempotency_key: str) -> Subscription:
        """Name another appeal (its reference and title) from the next invoice on; one that is final keeps the old."""
        return self._change(found, {"metadata": {APPEAL: appeal}, "description": title}, idempotency_key)

    def pause(self, found: Subscription, until: datetime, idempotency_key: str) -> Subscription:
        """Collect nothing until an instant: the invoices in between are void
        (docs.stripe.com/billing/subscriptions/pause-payment)."""
        pause: SubscriptionUpdateParams = {
            "pause_collection": {"behavior": "void", "resumes_at": int(until.timestamp())}
        }
        return self._change(found, pause, idempotency_key)

    def resume(self, found: Subscription, idempotency_key: str) -> Subscription:
        """Collect again, from the next payment on."""
        return self._change(found, {"pause_collection": ""}, idempotency_key)

    def cancel(self, found: Subscription, idempotency_key: str) -> Subscription:
        """End it at once: nothing is charged again, and nothing is given back."""
        seen_at = clock.now()
        with translated():
            done = self._client.v1.subscriptions.cancel(
                found.subscription_id, {"prorate": False, "invoice_now": False}, {"idempotency_key": idempotency_key}
            )
        return read(plain(done), seen_at)

    def card_page(self, customer_id: str, return_url: str) -> str:
        """The address of Stripe's own page where this customer gives a new card and nothing else; it lives for
        minutes. Afterwards the donor comes back to `return_url`."""
        with translated():
            session = self._client.v1.billing_portal.sessions.create(
                {
                    "customer": customer_id,
                    "return_url": return_url,
                    "flow_data": {
                        "type": "payment_method_update",
                        "after_completion": {"type": "redirect", "redirect": {"return_url": return_url}},
                    },
                }
            )
        return str(session.url)

    def _change(self, found: Subscription, wanted: "SubscriptionUpdateParams", idempotency_key: str) -> Subscription:
        seen_at = clock.now()
        with translated():
            done = self._client.v1.subscriptions.update(
                found.subscription_id, wanted, {"idempotency_key": idempotency_key}
            )
        return read(plain(done), seen_at)
