"""Explaining: what Stripe moved and nobody knew the reason of leaves suspense for the account it belongs to."""

from sqlalchemy import func, select

from app import clock
from app.audit import trail
from app.database import db
from app.errors import DomainError
from app.ledger import entries, posting
from app.ledger.by_subject import Held, held
from app.ledger.entries import Entry
from app.ledger.posting import Line
from app.money import Money
from app.subject import Subject

# What the Stripe account holds is proved by Stripe's own movements, so nothing is explained by it.
_NOT_THERE = ("assets:stripe", "suspense:stripe")


class NothingToExplain(DomainError):
    """No money of this movement waits in suspense: it is not known, or it has been explained."""


class NoSuchAccount(DomainError):
    """There is no such account, or it cannot explain what Stripe moved."""


def explain(txn_id: str, account: str, *, by: str, reason: str) -> tuple[int, Money]:
    """Move what a balance transaction has in suspense to an account (`expenses:stripe-fees`, without its currency):
    the entry's id, and what came to that account. The reason is kept apart from the books. The caller commits.

    The books' own source makes it happen once; an explanation that was wrong is reversed, and can then be given anew.
    Raises `NothingToExplain` or `NoSuchAccount`.
    """
    subject = Subject("transaction", txn_id)
    found = _waiting(subject)
    if not found:
        raise NothingToExplain("nothing of this movement is in suspense")
    _, currency, minor = found[0]
    target = _account(account, currency)
    ends = ("suspense:stripe", target) if minor > 0 else (target, "suspense:stripe")
    before = select(func.count()).where(Entry.subject == subject, Entry.kind == "explained")
    posted = posting.post(
        f"explained:{txn_id}:{(db.session.scalar(before) or 0) + 1}",
        [Line(*ends, Money(abs(minor), currency))],
        kind="explained",
        subject=subject,
        memo="movement explained",
        occurred_at=clock.now(),
        recorded_by=by,
    )
    entries.keep_reason(posted.entry_id, reason)
    trail.record("suspense.explained", Subject("entry", posted.entry_id), after={"account": account, "reason": reason})
    return posted.entry_id, Money(minor, currency)


def waiting(txn_id: str) -> Money | None:
    """What a balance transaction that is in suspense brought to the Stripe account, below nothing what it took; nothing
    when it is not known or has been explained."""
    found = _waiting(Subject("transaction", txn_id))
    return Money(-found[0].minor, found[0].currency) if found else None


def in_suspense(most: int) -> list[tuple[str, Money]]:
    """Every balance transaction of which something is in suspense, and how much, the oldest first."""
    return [(subject.reference, Money(minor, currency)) for subject, currency, minor in _waiting()[:most]]


def _waiting(subject: Subject | None = None) -> list[Held]:
    """What is in suspense and is not nothing."""
    return held("suspense:stripe:", subject)


def _account(name: str, currency: str) -> str:
    bare = name.removesuffix(f":{currency}")
    if bare in _NOT_THERE:
        raise NoSuchAccount("what Stripe moved is explained by another account than Stripe's own")
    code = f"{bare}:{currency}"
    try:
        posting.account_id(code, currency)
    except KeyError:
        raise NoSuchAccount(f"there is no account {code}") from None
    return code
