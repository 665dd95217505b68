"""Planning: a monthly plan from its pledge to its end, always as Stripe's subscription stands."""

from datetime import datetime

from sqlalchemy import Select, select, update

from app import clock
from app.appeals.appeal import Appeal
from app.database import db, read_locked
from app.donations import checkout
from app.donations.checkout import Gift
from app.donations.plans.plan import ACTIVE, ENDED, PAST_DUE, PAUSED, PLEDGED, Plan
from app.emails import email
from app.money import Money
from app.payments.checkout import MonthlyCheckoutRequest
from app.payments.subscription import OVER, Subscription
from app.subject import Subject

# What the donor is told by mail, when it happens.
PAYMENT_FAILED, PLAN_ENDED = "plan-payment-failed", "plan-ended"
APPEAL_ENDED = "plan-appeal-ended"
PLAN_MOVED = "plan-moved"
AMOUNT_CHANGED, PLAN_PAUSED, PLAN_RESUMED = "plan-amount-changed", "plan-paused", "plan-resumed"

# While its first payment is under way a subscription is *incomplete*, and its plan still only pledged.
_STATES = {"active": ACTIVE, "trialing": ACTIVE, "past_due": PAST_DUE, "unpaid": PAST_DUE, "paused": PAUSED}


def pledge_plan(appeal: Appeal, gift: Gift, nonce: str) -> Plan:
    """Record that somebody is about to give each month; see `pledging.pledge`, which says what it raises."""
    return checkout.pledge(Plan, appeal, gift, nonce)


def checkout_request(plan: Plan, appeal: Appeal, *, success_url: str, cancel_url: str) -> MonthlyCheckoutRequest:
    """What Stripe is asked for, for this plan: always the same, so that its idempotency key holds."""
    assert plan.email is not None  # noqa: S101 - a pledge has one until it is erased
    return MonthlyCheckoutRequest(
        reference=plan.reference,
        amount=plan.amount,
        what_for=appeal.title,
        email=plan.email,
        success_url=success_url,
        cancel_url=cancel_url,
    )


def abandon(reference: str) -> None:
    """Note that a plan was never begun; one that has been stays as it is. The caller commits."""
    db.session.execute(
        update(Plan).where(Plan.reference == reference, Plan.state == PLEDGED).values(state=ENDED, ended_at=clock.now())
    )


def note(subscription: Subscription) -> None:
    """Bring a plan to the state of its subscription, and make the donor's mail due; the caller commits.

    A subscription without a plan of ours is somebody else's. A look that is older than what we know changes nothing,
    and what has ended stays ended: Stripe never takes a canceled subscription up again.
    """
    plan = read_locked(select(Plan).where(Plan.reference == (subscription.plan or ""))).one_or_none()
    if plan is None or not _is_news(plan, subscription):
        return
    state = ENDED if subscription.status in OVER else _STATES.get(subscription.status, plan.state)
    if state == ACTIVE and subscription.paused:
        state = PAUSED
    before, amount_before, appeal_before = plan.state, plan.amount, plan.appeal_id
    plan.known_at, plan.subscription_id, plan.customer_id = (
        subscription.seen_at,
        subscription.subscription_id,
        subscription.customer_id,
    )
    if plan.currency == subscription.amount.currency and subscription.amount.minor > 0:
        plan.amount_minor = subscription.amount.minor
    _move(plan, subscription)
    # One whose first payment never came is *incomplete_expired* in the end; any other that is over had begun.
    if state != PLEDGED and subscription.status != "incomplete_expired":
        plan.started_at = plan.started_at or subscription.started_at
    plan.ended_at = (subscription.ended_at or subscription.seen_at) if state == ENDED else None
    plan.paused_until = subscription.resumes_at if state == PAUSED else None
    plan.past_due_since = (plan.past_due_since or subscription.seen_at) if state == PAST_DUE else None
    plan.ends_at = None if state == ENDED else subscription.ends_at
    plan.next_payment_at = _next_payment(subscription) if state in (ACTIVE, PAUSED) else None
    plan.payment_url = (subscription.payment_url or plan.payment_url) if state == PAST_DUE else None
    if state == ENDED:
        plan.change_wanted = plan.change_key = plan.change_asked_at = None
    plan.state = state
    db.session.flush()
    if state == PAST_DUE:
        failed = subscription.invoice_id or subscription.subscription_id
        email.ask(PAYMENT_FAILED, Subject("plan", plan.reference), failed)
    elif state == ENDED and plan.started_at is not None:
        email.ask(PLAN_ENDED, Subject("plan", plan.reference), subscription.subscription_id)
    elif before != PLEDGED:
        _confirm(plan, before, amount_before, appeal_before)


def _move(plan: Plan, subscription: Subscription) -> None:
    """Let the plan be for the appeal that its subscription names; the first one is kept, for payments that were under
    way."""
    appeal_id = named_appeal(subscription.appeal, plan)
    if appeal_id is not None and appeal_id != plan.appeal_id:
        plan.begun_for_id, plan.appeal_id = plan.begun_for_id or plan.appeal_id, appeal_id


def named_appeal(reference: str | None, plan: Plan) -> int | None:
    """The id of the appeal that Stripe names, if it is one in the plan's currency."""
    named = (Appeal.reference == reference) & (Appeal.currency == plan.currency)
    return db.session.scalar(select(Appeal.id).where(named)) if reference else None


def of_ended_appeals() -> Select[Plan]:
    """The plans that go on although their appeal has ended, the longest running first."""
    running = Plan.state.in_((ACTIVE, PAST_DUE, PAUSED))
    return (
        select(Plan)
        .join(Appeal, Appeal.id == Plan.appeal_id)
        .where(running, Appeal.ends_on < clock.today())
        .order_by(Plan.id)
    )


def ask_donors_of_ended_appeals() -> None:
    """Make the mail due that asks the donor of each such plan what it shall serve: one for each end of an appeal. The
    caller commits."""
    columns = of_ended_appeals().with_only_columns(Plan.reference, Plan.begun_for_id, Appeal.reference, Appeal.ends_on)
    for reference, begun_for_id, appeal, ends_on in db.session.execute(columns):
        # The appeal that a plan was moved to may end on the same day.
        occasion = str(ends_on) if begun_for_id is None else f"{appeal} {ends_on}"
        email.ask(APPEAL_ENDED, Subject("plan", reference), occasion)


def _confirm(plan: Plan, before: str, amount_before: Money, appeal_before: int) -> None:
    """Tell the donor of a running plan what has been changed, whoever did it: nobody is charged otherwise unawares."""
    moment = "" if plan.known_at is None else plan.known_at.isoformat()
    if plan.amount != amount_before:
        email.ask(AMOUNT_CHANGED, Subject("plan", plan.reference), f"{plan.amount} {moment}")
    if plan.appeal_id != appeal_before:
        email.ask(PLAN_MOVED, Subject("plan", plan.reference), f"{plan.appeal_id} {moment}")
    if plan.state == PAUSED and before != PAUSED:
        email.ask(PLAN_PAUSED, Subject("plan", plan.reference), moment)
    elif plan.state == ACTIVE and before == PAUSED:
        email.ask(PLAN_RESUMED, Subject("plan", plan.reference), moment)


def _next_payment(subscription: Subscription) -> datetime | None:
    """When the next payment is taken; none when the subscription ends with the month that is paid."""
    over = (
        subscription.ends_at is not None
        and subscription.next_payment_at is not None
        and subscription.ends_at <= subscription.next_payment_at
    )
    return None if over else subscription.next_payment_at


def _is_news(plan: Plan, subscription: Subscription) -> bool:
    if plan.subscription_id is None:
        return True
    if plan.subscription_id != subscription.subscription_id or plan.state == ENDED:
        return False
    return plan.known_at is None or subscription.seen_at >= plan.known_at
