"""What may be changed of a plan: the amount, the appeal, a pause, its end. It is written down, asked, then noted."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app import clock
from app.appeals import finding
from app.appeals.appeal import Appeal
from app.database import db, read_locked
from app.donations import amounts
from app.donations.plans import dates, planning
from app.donations.plans.plan import ACTIVE, PAST_DUE, PAUSED, Plan
from app.errors import DomainError
from app.money import CurrencyMismatch, Money
from app.payments.subscription import Subscription
from app.payments.trouble import PaymentsUnavailable
from app.services import Gateway

AMOUNT, APPEAL, PAUSE, RESUME, CANCEL = "amount", "appeal", "pause", "resume", "cancel"

# For how many months a plan may be paused: so many payments are skipped, then they begin again by themselves.
MONTHS = (1, 2, 3, 6)

# In which states each change makes sense.
_WHEN = {
    AMOUNT: (ACTIVE, PAST_DUE, PAUSED),
    APPEAL: (ACTIVE, PAST_DUE, PAUSED),
    PAUSE: (ACTIVE,),
    RESUME: (PAUSED,),
    CANCEL: (ACTIVE, PAST_DUE, PAUSED),
}

_KEY_TRUSTED_FOR = timedelta(hours=20)


# So many appeals are offered.
_OFFERED = 50


class NotPossibleNow(DomainError):
    """The plan is not in a state in which this can be changed: it has ended, or is paused already; or the appeal takes
    no gifts any more."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: a new `amount`, another appeal (its reference and `title`), a pause of `months`, the end of a pause,
    or the end of the plan."""

    kind: str
    amount: Money | None = None
    months: int = 0
    appeal: str = ""
    title: str = ""

    def __str__(self) -> str:
        """The change as it is written down; the same change is always the same text."""
        if self.appeal:
            return f"{self.kind} {self.appeal}"
        return f"{self.kind} {self.amount.minor if self.amount else self.months}"


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """A change that has been written down and may be asked of Stripe, once, under `key`."""

    change: Change
    plan: str
    subscription_id: str
    key: str
    at: datetime


def possible(plan: Plan) -> set[str]:
    """What can be changed of a plan as it stands."""
    kinds = {kind for kind, states in _WHEN.items() if plan.state in states}
    # Where no payment is to come, there is none to skip.
    return kinds - {PAUSE} if plan.next_payment_at is None else kinds


def other_appeals(plan: Plan) -> list[Appeal]:
    """The appeals that a plan may be moved to: others that take gifts today, in its currency, the latest first and the
    general fund last."""
    found = finding.open_today(_OFFERED, plan.currency)
    return sorted((each for each in found if each.id != plan.appeal_id), key=lambda each: each.general_fund)


def to_appeal(appeal: Appeal) -> Change:
    """The change that moves a plan to an appeal."""
    return Change(APPEAL, appeal=appeal.reference, title=appeal.title)


def ask(plan: Plan, change: Change) -> RequestedChange:
    """Write down what the donor wants; the caller commits before Stripe is asked.

    The same change asked again, because the outcome of the first call was lost, keeps its key. Raises
    `NotPossibleNow`, `CurrencyMismatch`, `amounts.TooSmall` or `amounts.TooLarge`.
    """
    locked = _locked(plan.reference)
    if change.kind not in possible(locked) or locked.subscription_id is None:
        raise NotPossibleNow("this monthly gift cannot be changed in this way now")
    if change.kind == APPEAL and change.appeal not in {each.reference for each in other_appeals(locked)}:
        raise NotPossibleNow("this appeal takes no gifts of this plan")
    if change.amount is not None:
        if change.amount.currency != locked.currency:
            raise CurrencyMismatch(f"this plan is in {locked.currency}")
        amounts.check(change.amount)
    asked_at = locked.change_asked_at
    if locked.change_wanted != str(change) or asked_at is None or asked_at + _KEY_TRUSTED_FOR < clock.now():
        locked.change_wanted, locked.change_key = str(change), secrets.token_hex(16)
        locked.change_asked_at = asked_at = clock.now()
    db.session.flush()
    return RequestedChange(change, locked.reference, locked.subscription_id, locked.change_key or "", asked_at)


def carry_out(asked: RequestedChange, gateway: Gateway) -> Subscription:
    """Ask Stripe for the change; what the subscription is then. Raises what the gateway raises. Must be called with no
    transaction open.

    It is looked at once more afterwards: a look that the worker began during the call may have seen it unchanged, and
    only one that began later outranks that.
    """
    now: Subscription = _ask_for(asked, gateway.subscription(asked.subscription_id), gateway)
    with suppress(PaymentsUnavailable):
        now = gateway.subscription(asked.subscription_id)
    return now


def _ask_for(asked: RequestedChange, found: Subscription, gateway: Gateway) -> Subscription:
    change = asked.change
    changed: Subscription
    if change.amount is not None:
        changed = gateway.change_amount(found, change.amount, asked.key)
    elif change.kind == APPEAL:
        changed = gateway.change_appeal(found, change.appeal, change.title, asked.key)
    elif change.kind == PAUSE:
        coming = found.next_payment_at or asked.at
        until = dates.pause_until(coming, found.started_at, change.months, asked_at=asked.at)
        changed = gateway.pause(found, until, asked.key)
    elif change.kind == RESUME:
        changed = gateway.resume(found, asked.key)
    else:
        changed = gateway.cancel(found, asked.key)
    return changed


def done(asked: RequestedChange, subscription: Subscription) -> None:
    """Note what the change has made of the plan; the caller commits."""
    planning.note(subscription)
    forget(asked)


def forget(asked: RequestedChange) -> None:
    """Take the change off the plan: it is done, or Stripe stored a failure under its key."""
    plan = _locked(asked.plan)
    if plan.change_key == asked.key:
        plan.change_wanted = plan.change_key = plan.change_asked_at = None


def _locked(reference: str) -> Plan:
    return read_locked(select(Plan).where(Plan.reference == reference)).one()
