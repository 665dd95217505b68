"""Monthly gifts whose payment fails: the donor has been written to, and somebody may want to know."""

from sqlalchemy import select

from app import clock
from app.donations.plan import PAST_DUE, Plan
from app.extensions import db
from app.money import written
from app.proof.exception import Found


def past_due(most: int) -> list[Found]:
    """Plans whose last payment could not be taken, the longest waiting first."""
    plans = db.session.scalars(select(Plan).where(Plan.state == PAST_DUE).order_by(Plan.past_due_since).limit(most))
    return [
        Found("failed monthly gift", plan.reference, f"{written(plan.amount)} a month, not taken since {_since(plan)}")
        for plan in plans
    ]


def _since(plan: Plan) -> str:
    return "" if plan.past_due_since is None else clock.local_day(plan.past_due_since).isoformat()
