"""What we ask of Checkout for a monthly plan: the same page, in subscription mode."""

from typing import TYPE_CHECKING

from app.payments.checkout import CheckoutRequest
from app.payments.subscription import PLAN

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams


class MonthlyCheckoutRequest(CheckoutRequest):
    """One plan to be begun on Stripe's page, its first payment made there; `reference` is the plan's."""

    __slots__ = ()

    def params(self) -> "SessionCreateParams":
        """The request as the API takes it; see `CheckoutRequest.params`. The plan's reference travels on the
        subscription, never a donation's: each payment makes a donation of its own."""
        return {
            "mode": "subscription",
            "submit_type": "donate",
            "client_reference_id": self.reference,
            "customer_email": self.email,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": self.amount.currency,
                        "unit_amount": self.amount.minor,
                        "recurring": {"interval": "month"},
                        "product_data": {"name": self.what_for},
                    },
                }
            ],
            "metadata": {PLAN: self.reference},
            "subscription_data": {"metadata": {PLAN: self.reference}, "description": self.what_for},
            "adaptive_pricing": {"enabled": False},
            "success_url": self.success_url,
            "cancel_url": self.cancel_url,
        }
