"""Links that let a donor change one plan for an hour, mailed to the donor's own address; no account is needed."""

import base64
import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql

from app import clock
from app.donations.plans.plan import Plan, PlanLink
from app.emails import email
from app.emails.email import DueLetter
from app.extensions import db

LASTS = timedelta(hours=1)

# The letter that brings such a link and nothing else.
PLAN_LINK = "plan-link"


def request(plan: Plan) -> None:
    """Make the mail with a fresh link due, to the address that the donor gave; the caller commits."""
    email.ask(PLAN_LINK, f"plan:{plan.reference}", clock.now().isoformat())


def make(plan: Plan, due: DueLetter, secret: str) -> str:
    """The token of the link that a letter brings; it works for an hour from now. The caller commits.

    It is derived from the letter, so that a letter that is written twice brings the same one; of the token itself only
    a keyed hash is stored, and without `secret` neither can be made.
    """
    digest = hmac.new(secret.encode(), f"plan-link|{due.message_id}|{plan.reference}".encode(), hashlib.sha256)
    token = base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
    expires_at = clock.now() + LASTS
    db.session.execute(
        postgresql.insert(PlanLink)
        .values(token_hash=_hashed(token, secret), plan_id=plan.id, expires_at=expires_at)
        .on_conflict_do_update(index_elements=["token_hash"], set_={"expires_at": expires_at})
    )
    return token


def find(token: str, secret: str) -> Plan | None:
    """The one plan that a token opens, or `None` when it never did or its hour is over."""
    return db.session.scalar(
        select(Plan)
        .join(PlanLink, PlanLink.plan_id == Plan.id)
        .where(PlanLink.token_hash == _hashed(token, secret), PlanLink.expires_at > clock.now())
    )


def forget() -> None:
    """Delete the links whose hour is over; the caller commits."""
    db.session.execute(delete(PlanLink).where(PlanLink.expires_at <= clock.now()))


def _hashed(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"plan-link-token|{token}".encode(), hashlib.sha256).hexdigest()
