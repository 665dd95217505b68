"""What donors are written about their monthly gifts: a link to change them, a change, a failed payment, their end."""

from datetime import datetime

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.config import Settings
from app.donations import plan_dates, plan_links
from app.donations.donation import Donation
from app.donations.planning import AMOUNT_CHANGED, PLAN_PAUSED, PLAN_RESUMED
from app.donations.plans.plan import ACTIVE, ENDED, PAST_DUE, PAUSED, PLEDGED, Plan
from app.emails.composing import compose
from app.emails.email import DueLetter
from app.emails.message import Mail
from app.extensions import db
from app.receipts.facts import one_line
from app.receipts.receipt import Receipt


def link(due: DueLetter, settings: Settings) -> Mail | None:
    """The fresh link that a donor has asked for; the hour runs from the sending."""
    plan = _plan(due)
    if plan.state in (PLEDGED, ENDED) or not plan.email:
        return None
    return _compose(due, plan, settings, link=_link(plan, due, settings))


def payment_failed(due: DueLetter, settings: Settings) -> Mail | None:
    """That this month's payment could not be taken; nothing is written when it has been taken by now."""
    plan = _plan(due)
    if plan.state != PAST_DUE or not plan.email:
        return None
    links = {"link": _link(plan, due, settings), "lasting_link": _lasting_link(plan, settings)}
    return _compose(due, plan, settings, payment_link=plan.payment_url or "", **links)


def ended(due: DueLetter, settings: Settings) -> Mail | None:
    """Thank you, when a plan has ended, whoever ended it."""
    plan = _plan(due)
    if plan.state != ENDED or plan.ended_at is None or not plan.email:
        return None
    return _compose(due, plan, settings, ended_on=clock.local_day(plan.ended_at).isoformat())


def changed(due: DueLetter, settings: Settings) -> Mail | None:
    """That another amount is taken, that the gift is paused, or that it goes on: with the days of its payments."""
    plan = _plan(due)
    still_so = {
        AMOUNT_CHANGED: plan.state not in (PLEDGED, ENDED),
        PLAN_PAUSED: plan.state == PAUSED,
        PLAN_RESUMED: plan.state == ACTIVE,
    }
    if not still_so[due.kind] or not plan.email:
        return None
    taken = plan_dates.next_taken(plan)
    return _compose(
        due,
        plan,
        settings,
        skipped=[_day(each) for each in plan_dates.skipped(plan)],
        next_payment="" if taken is None else _day(taken),
        lasting_link=_lasting_link(plan, settings),
    )


def _day(instant: datetime) -> str:
    return clock.local_day(instant).isoformat()


def _compose(due: DueLetter, plan: Plan, settings: Settings, **facts: str | list[str]) -> Mail:
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


def _link(plan: Plan, due: DueLetter, settings: Settings) -> str:
    return f"{settings.base_url}/plans/{plan_links.make(plan, due, settings.secret_key)}"


def _lasting_link(plan: Plan, settings: Settings) -> str:
    """Where another link can be had at any time: by the plan's last receipt. Empty while there is none."""
    reference = db.session.scalar(
        select(Receipt.reference)
        .join(Donation, Receipt.subject == "donation:" + Donation.reference)
        .where(Donation.plan_id == plan.id)
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    return f"{settings.base_url}/receipts/{reference}/plan" if reference else ""


def _plan(due: DueLetter) -> Plan:
    return db.session.scalars(select(Plan).where(Plan.reference == due.subject.removeprefix("plan:"))).one()
