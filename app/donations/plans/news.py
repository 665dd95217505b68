"""What Stripe's news means for a monthly plan: always to look how its subscription stands, and who has paid.

A second subscription for one plan: it charges a donor twice, so somebody has to end it at Stripe.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.payments.inbox import News
from app.payments.subscription import OVER, PLAN, Subscription, of_invoice

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


class SecondSubscription(Base):
    """A subscription at Stripe that claims a plan which follows another one; the row goes when it is over."""

    __tablename__ = "second_subscriptions"

    subscription_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), index=True)
    seen_at: Mapped[datetime]


def note(subscription: Subscription) -> None:
    """Keep a subscription that claims a plan of another one, or forget it when it is over; the caller, who has noted
    the plan itself before, commits."""
    if subscription.status in OVER:
        db.session.execute(
            delete(SecondSubscription).where(SecondSubscription.subscription_id == subscription.subscription_id)
        )
        return
    claimed = select(Plan.id).where(
        Plan.reference == (subscription.plan or ""), Plan.subscription_id != subscription.subscription_id
    )
    plan_id = db.session.scalar(claimed)
    if plan_id is not None:
        db.session.execute(
            postgresql.insert(SecondSubscription)
            .values(subscription_id=subscription.subscription_id, plan_id=plan_id, seen_at=subscription.seen_at)
            .on_conflict_do_nothing(index_elements=["subscription_id"])
        )
