"""What Stripe's news means for a monthly plan: always to look how its subscription stands, and who has paid."""

from app.donations import planning
from app.payments.event import News
from app.payments.subscription import PLAN, of_invoice

# Types that are about plans alone; what they are about is looked up.
TYPES = (
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice_payment.paid",
)


def subscription_of(news: News) -> str | None:
    """The subscription that an event about one, its invoice or its Checkout is of."""
    if news.type.startswith("customer.subscription."):
        return str(news.object["id"])
    if news.type.startswith("invoice."):
        return of_invoice(news.object)[0]
    named = news.object.get("subscription")
    return named if isinstance(named, str) else None


def not_begun(news: News) -> None:
    """A Checkout that was for a plan, if it was, has closed unpaid; the caller commits."""
    reference = (news.object.get("metadata") or {}).get(PLAN)
    if reference is not None:
        planning.abandon(str(reference))
