"""What we ask of Checkout for one gift, and what it answers: Stripe's hosted page, so no card data comes near us.

What we ask of Checkout for a monthly plan: the same page, in subscription mode.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.money import Money
from app.payments.objects import DONATION
from app.payments.subscription import PLAN

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """One gift to be paid on Stripe's page; `reference` is the donation's and travels in the metadata."""

    reference: str
    amount: Money
    what_for: str
    email: str
    success_url: str
    cancel_url: str

    def params(self) -> "SessionCreateParams":
        """The request as the API takes it; valid on the library's own version and on the one before."""
        described: Any = {"metadata": {DONATION: self.reference}, "description": self.what_for}
        return {**self._asked(DONATION), "mode": "payment", "payment_intent_data": described}

    def _asked(self, subject: str, **price: Any) -> "SessionCreateParams":
        """What is asked for in either mode. Payment methods are chosen in Stripe's dashboard (never
        `payment_method_types`), and a gift is asked for in the appeal's currency whatever the giver's own (adaptive
        pricing off)."""
        amount = {"currency": self.amount.currency, "unit_amount": self.amount.minor}
        item: Any = {"quantity": 1, "price_data": {**amount, **price, "product_data": {"name": self.what_for}}}
        return {
            "submit_type": "donate",
            "client_reference_id": self.reference,
            "customer_email": self.email,
            "line_items": [item],
            "metadata": {subject: self.reference},
            "adaptive_pricing": {"enabled": False},
            "success_url": self.success_url,
            "cancel_url": self.cancel_url,
        }


@dataclass(frozen=True, slots=True)
class Checkout:
    """An open Checkout Session: its id, the page to send the giver to, and when it closes (Unix seconds)."""

    session_id: str
    url: str
    expires_at: int


class MonthlyCheckoutRequest(CheckoutRequest):
    """One plan to be begun on Stripe's page, its first payment made there; `reference` is the plan's."""

    __slots__ = ()

    def params(self) -> "SessionCreateParams":
        """The request as the API takes it. The plan's reference travels on the subscription, never a donation's: each
        payment makes a donation of its own."""
        described: Any = {"metadata": {PLAN: self.reference}, "description": self.what_for}
        asked = self._asked(PLAN, recurring={"interval": "month"})
        return {**asked, "mode": "subscription", "subscription_data": described}
