"""Links that let a donor change one plan for an hour, mailed to the donor's own address; no account is needed.

What donors are written about their monthly gifts: a link to change them, a change, a failed payment, their end.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql

from app import clock
from app.appeals.appeal import Appeal
from app.config import Settings
from app.database import db
from app.donations.donation import Donation
from app.donations.plans import changes, dates
from app.donations.plans.plan import ACTIVE, ENDED, PAST_DUE, PAUSED, PLEDGED, Plan, PlanLink
from app.donations.plans.planning import AMOUNT_CHANGED, PLAN_MOVED, PLAN_PAUSED, PLAN_RESUMED
from app.emails import email
from app.emails.composing import compose
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.receipts.receipt import Receipt
from app.subject import Subject

LASTS = timedelta(hours=1)

# The email that brings such a link and nothing else.
PLAN_LINK = "plan-link"


def request(plan: Plan) -> None:
    """Make the mail with a fresh link due, to the address that the donor gave; the caller commits."""
    email.ask(PLAN_LINK, Subject("plan", plan.reference), clock.now().isoformat())


def make(plan: Plan, due: DueEmail, secret: str) -> str:
    """The token of the link that an email brings; it works for an hour from now. The caller commits.

    It is derived from the email, so that an email that is written twice brings the same one; of the token itself only
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


def link(due: DueEmail, settings: Settings) -> Mail | None:
    """The fresh link that a donor has asked for; the hour runs from the sending."""
    plan = _plan(due)
    if plan.state in (PLEDGED, ENDED) or not plan.email:
        return None
    return _compose(due, plan, settings, link=_link(plan, due, settings))


def payment_failed(due: DueEmail, settings: Settings) -> Mail | None:
    """That this month's payment could not be taken; nothing is written when it has been taken by now."""
    plan = _plan(due)
    if plan.state != PAST_DUE or not plan.email:
        return None
    links = {"link": _link(plan, due, settings), "lasting_link": _lasting_link(plan, settings)}
    return _compose(due, plan, settings, payment_link=plan.payment_url or "", **links)


def ended(due: DueEmail, settings: Settings) -> Mail | None:
    """Thank you, when a plan has ended, whoever ended it."""
    plan = _plan(due)
    if plan.state != ENDED or plan.ended_at is None or not plan.email:
        return None
    return _compose(due, plan, settings, ended_on=clock.local_day(plan.ended_at).isoformat())


def appeal_ended(due: DueEmail, settings: Settings) -> Mail | None:
    """That the appeal has ended and the plan goes on, with the ways to leave it so or to choose otherwise."""
    plan = _plan(due)
    appeal = db.session.get_one(Appeal, plan.appeal_id)
    over = appeal.ends_on is not None and appeal.ends_on < clock.today()
    if not over or plan.state in (PLEDGED, ENDED) or not plan.email:
        return None
    others = changes.other_appeals(plan)
    return _compose(
        due,
        plan,
        settings,
        appeal_ended_on=appeal.ends_on.isoformat() if appeal.ends_on else "",
        link=_link(plan, due, settings),
        lasting_link=_lasting_link(plan, settings),
        other=one_line(others[0].title) if others else "",
    )


def changed(due: DueEmail, settings: Settings) -> Mail | None:
    """That another amount is taken, that the gift goes to another appeal, that it is paused, or that it goes on: with
    the days of its payments."""
    plan = _plan(due)
    still_so = {
        AMOUNT_CHANGED: plan.state not in (PLEDGED, ENDED),
        PLAN_MOVED: plan.state not in (PLEDGED, ENDED),
        PLAN_PAUSED: plan.state == PAUSED,
        PLAN_RESUMED: plan.state == ACTIVE,
    }
    if not still_so[due.kind] or not plan.email:
        return None
    taken = dates.next_taken(plan)
    return _compose(
        due,
        plan,
        settings,
        skipped=[_day(each) for each in dates.skipped(plan)],
        next_payment="" if taken is None else _day(taken),
        lasting_link=_lasting_link(plan, settings),
    )


def _day(instant: datetime) -> str:
    return clock.local_day(instant).isoformat()


def _compose(due: DueEmail, plan: Plan, settings: Settings, **facts: str | list[str]) -> Mail:
    return compose(
        due,
        plan.email or "",
        settings,
        donor=one_line(plan.name),
        amount_minor=plan.amount_minor,
        currency=plan.currency,
        appeal=one_line(db.session.scalars(select(Appeal.title).where(Appeal.id == plan.appeal_id)).one()),
        **facts,
    )


def _link(plan: Plan, due: DueEmail, settings: Settings) -> str:
    return f"{settings.base_url}/plans/{make(plan, due, settings.secret_key)}"


def _lasting_link(plan: Plan, settings: Settings) -> str:
    """Where another link can be had at any time: by the plan's last receipt. Empty while there is none."""
    reference = db.session.scalar(
        select(Receipt.reference)
        .join(Donation, Receipt.donation_id == Donation.id)
        .where(Donation.plan_id == plan.id)
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    return f"{settings.base_url}/receipts/{reference}/plan" if reference else ""


def _plan(due: DueEmail) -> Plan:
    return db.session.scalars(select(Plan).where(Plan.reference == due.subject.reference)).one()
