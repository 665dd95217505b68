"""A subscription as Stripe's objects describe it, in our words: what carries a monthly plan out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import clock
from app.money import Money

# The key under which a plan's reference travels in the metadata of subscriptions, and so of their invoices.
PLAN = "plan"
# The same for the reference of the appeal that a plan was moved to; one that never moved names none.
APPEAL = "appeal"

# Nothing is ever charged again once a subscription has come to one of these (docs.stripe.com/billing/subscriptions).
OVER = ("canceled", "incomplete_expired")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it was when it was looked up at `seen_at`. `appeal` names the one that its plan was moved to.
    `status` is Stripe's; `amount` is what the next payment will be; `paused` says that nothing is collected, until
    `resumes_at` if that is set. `ends_at` is when it will be canceled, if that is decided. `invoice_id` is the latest
    invoice; `payment_url` is Stripe's own page where that can be paid and the bank's question answered, while it is
    open and was fetched along. `item_id` and `product_id` are what a change of the amount has to name."""

    subscription_id: str
    customer_id: str
    plan: str | None
    appeal: str | None
    status: str
    amount: Money
    paused: bool
    resumes_at: datetime | None
    started_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    next_payment_at: datetime | None
    invoice_id: str | None
    payment_url: str | None
    item_id: str
    product_id: str
    seen_at: datetime


def read(body: dict[str, Any], seen_at: datetime) -> Subscription:
    """Read a subscription from Stripe's JSON; ours have one item. Its period stands on the item (since basil)."""
    item = body["items"]["data"][0]
    price, customer, invoice = item["price"], body["customer"], body.get("latest_invoice")
    pause = body.get("pause_collection")
    opened = invoice if isinstance(invoice, dict) and invoice.get("status") == "open" else {}
    return Subscription(
        subscription_id=body["id"],
        customer_id=customer["id"] if isinstance(customer, dict) else customer,
        plan=(body.get("metadata") or {}).get(PLAN),
        appeal=(body.get("metadata") or {}).get(APPEAL),
        status=body["status"],
        amount=Money((price.get("unit_amount") or 0) * (item.get("quantity") or 1), price["currency"]),
        paused=pause is not None or body["status"] == "paused",
        resumes_at=_instant((pause or {}).get("resumes_at")),
        started_at=clock.from_timestamp(body.get("start_date") or body["created"]),
        ends_at=_instant(body.get("cancel_at")),
        ended_at=_instant(body.get("ended_at")),
        next_payment_at=_instant(item.get("current_period_end")),
        invoice_id=invoice["id"] if isinstance(invoice, dict) else invoice,
        payment_url=opened.get("hosted_invoice_url"),
        item_id=item["id"],
        product_id=price["product"]["id"] if isinstance(price["product"], dict) else price["product"],
        seen_at=seen_at,
    )


def of_invoice(body: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """The subscription that an invoice is of, and what its metadata names: the plan, and the appeal where it had been
    moved by then. They are a snapshot, kept since the invoice was made final."""
    details = (body.get("parent") or {}).get("subscription_details") or {}
    subscription = details.get("subscription")
    found = subscription["id"] if isinstance(subscription, dict) else subscription
    metadata = details.get("metadata") or {}
    return found, metadata.get(PLAN), metadata.get(APPEAL)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else clock.from_timestamp(seconds)
