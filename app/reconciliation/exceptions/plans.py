"""Monthly gifts that need somebody: a payment that fails, or a second subscription that charges for the same plan."""

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.database import db
from app.donations.plans import planning
from app.donations.plans.news import SecondSubscription
from app.donations.plans.plan import PAST_DUE, Plan
from app.money import written
from app.reconciliation.exceptions.exception import BookException


def past_due(most: int) -> list[BookException]:
    """Plans whose last payment could not be taken, the longest waiting first."""
    plans = db.session.scalars(select(Plan).where(Plan.state == PAST_DUE).order_by(Plan.past_due_since).limit(most))
    return [
        BookException(
            "failed monthly gift", plan.reference, f"{written(plan.amount)} a month, not taken since {_since(plan)}"
        )
        for plan in plans
    ]


def of_ended_appeals(most: int) -> list[BookException]:
    """Plans that go on although their appeal has ended; their donors were asked by mail."""
    rows = db.session.execute(planning.of_ended_appeals().add_columns(Appeal.title, Appeal.ends_on).limit(most))
    return [
        BookException(
            "plan of an ended appeal",
            plan.reference,
            f"{written(plan.amount)} a month for “{title}”, which ended on {ends_on}",
            facts=f"{title}, {ends_on}",
        )
        for plan, title, ends_on in rows
    ]


def charged_twice(most: int) -> list[BookException]:
    """Subscriptions that claim a plan which follows another one, the oldest first; end them in Stripe's Dashboard."""
    rows = db.session.execute(
        select(SecondSubscription.subscription_id, Plan.reference, Plan.subscription_id.label("own"))
        .join(Plan, Plan.id == SecondSubscription.plan_id)
        .order_by(SecondSubscription.seen_at, SecondSubscription.subscription_id)
        .limit(most)
    )
    return [
        BookException(
            "second subscription",
            row.subscription_id,
            f"claims the plan {row.reference}, which {row.own} carries out: the donor may be charged twice",
            stripe_id=row.subscription_id,
        )
        for row in rows
    ]


def _since(plan: Plan) -> str:
    return "" if plan.past_due_since is None else clock.local_day(plan.past_due_since).isoformat()
