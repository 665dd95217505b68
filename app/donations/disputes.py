"""Disputes: withdrawn, reinstated, lost, overturned; each of them booked from what Stripe's movements say.

A dispute as we keep it: what a giver's bank wants back, why, and by when the treasurer has to answer.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key, db
from app.donations import movements
from app.emails import email
from app.ledger import posting
from app.ledger.posting import FirstTransfer
from app.money import Money
from app.payments.objects import LOST, StripeDispute, Transaction, movements_when_lost
from app.subject import Subject

# The kind of email that tells the treasurer.
DISPUTE = "dispute"

# In these a dispute has come to its end. A word that we do not know yet counts as open, so that somebody looks.
_CLOSED = ("won", "lost", "warning_closed", "prevented", "charge_refunded")


class Dispute(Base):
    """One dispute. `status` and `reason` are Stripe's own words."""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    dispute_id: Mapped[str] = mapped_column(String(80), unique=True)
    charge_id: Mapped[str] = mapped_column(String(80), index=True)
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(40), index=True)
    reason: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime]
    due_by: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is disputed; it may be less than the gift."""
        return Money(self.amount_minor, self.currency)


def keep(dispute: StripeDispute) -> None:
    """Keep a dispute as it stands now, and tell the treasurer once when it is open; the caller commits.

    It has just been looked up, so what it says is the present, and no order of news can take it back.
    """
    values = {
        "dispute_id": dispute.dispute_id,
        "charge_id": dispute.charge.charge_id,
        "amount_minor": dispute.amount.minor,
        "currency": dispute.amount.currency,
        "status": dispute.status,
        "reason": dispute.reason,
        "opened_at": dispute.created_at,
        "due_by": dispute.due_by,
    }
    db.session.execute(
        postgresql.insert(Dispute).values(values).on_conflict_do_update(index_elements=["dispute_id"], set_=values)
    )
    if dispute.status not in _CLOSED:
        email.ask(DISPUTE, Subject("dispute", dispute.dispute_id), "opened")


def find(dispute_id: str) -> Dispute | None:
    """One dispute, if we have heard of it."""
    return db.session.scalars(select(Dispute).where(Dispute.dispute_id == dispute_id)).one_or_none()


def open_ones(most: int) -> list[Dispute]:
    """The disputes that are not decided, the most urgent first."""
    return list(
        db.session.scalars(
            select(Dispute)
            .where(Dispute.status.not_in(_CLOSED))
            .order_by(Dispute.due_by.is_(None), Dispute.due_by, Dispute.id)
            .limit(most)
        )
    )


def of_charge(charge_id: str | None) -> Dispute | None:
    """The dispute over a charge that is not decided, if there is one."""
    waits = Dispute.charge_id == (charge_id or ""), Dispute.status.not_in(_CLOSED)
    return db.session.scalars(select(Dispute).where(*waits).order_by(Dispute.id.desc())).first()


def withdrawn(charge_id: str | None) -> bool:
    """Whether a charge stands in an open dispute, so that Stripe refunds it no more. An inquiry (`warning_…`) has not
    taken anything back yet: that one is best ended by a refund (docs.stripe.com/disputes/how-disputes-work)."""
    found = of_charge(charge_id)
    return found is not None and not found.status.startswith("warning_")


def is_open(dispute: Dispute) -> bool:
    """Whether a dispute still waits for an answer or a decision."""
    return dispute.status not in _CLOSED


# Where what was withdrawn waits until the dispute is closed.
_DISPUTED = "assets:disputed"
# A movement of a dispute, and what it is worth in the currency of the charge: negative when it was withdrawn.
Worth = tuple[Transaction, Money]


def book(dispute: StripeDispute) -> None:
    """Keep and book a dispute as it stands. The charge itself has been booked before; the caller commits.

    While it is open, what was withdrawn waits on *disputed*: the appeal has not lost it yet. What is still withdrawn
    when the dispute is lost comes off the appeal; whatever is reinstated after that goes back to it, each time by its
    own movement. An inquiry moves nothing and books nothing.
    """
    keep(dispute)
    received = posting.moved_by(f"stripe:{dispute.charge.charge_id}:received")
    if received is None:
        return
    moved = list(_worths(dispute))
    for movement, worth in moved:
        left = worth.minor < 0
        movements.book(
            movement,
            other=_DISPUTED,
            worth=worth,
            kind="dispute-withdrawn" if left else "dispute-reinstated",
            memo="withdrawn for a dispute" if left else "reinstated after a dispute",
            subject=received.subject,
            fees="expenses:dispute-fees",
        )
    _close(dispute, received, moved)


def _close(dispute: StripeDispute, received: FirstTransfer, moved: list[Worth]) -> None:
    """Take what is lost off the appeal, and give back to it what turned out not to be lost.

    What was lost is told by the movements and by the event that closed the dispute, never by when somebody looked, so
    the entries are the same in whatever order the news comes.
    """

    def post(source: str, step: str, amount: Money, happened: datetime) -> None:
        lost = step == "lost"
        ends = (_DISPUTED, received.from_code) if lost else (received.from_code, _DISPUTED)
        posting.post(
            source,
            [posting.Line(*ends, amount)],
            kind=f"dispute-{step}",
            subject=received.subject,
            memo="dispute lost" if lost else "lost dispute overturned",
            occurred_at=happened,
            recorded_by="stripe",
        )

    source = f"stripe:{dispute.dispute_id}:lost"
    before = posting.moved_by(source)
    amount = _lost(dispute, moved) if before is None else before.amount
    count = _up_to(amount, moved)
    if before is None and count:
        post(source, "lost", amount, moved[count - 1][0].created_at)
    # Earlier releases gave back everything that had come by then in one entry.
    at_once = posting.moved_by(f"stripe:{dispute.dispute_id}:overturned")
    given_back = 0 if at_once is None else at_once.amount.minor
    for movement, worth in moved[count:] if count else []:
        if 0 < worth.minor <= given_back:
            given_back -= worth.minor
        elif worth.minor > 0:
            post(f"stripe:{movement.txn_id}:overturned", "overturned", worth, movement.created_at)
        elif dispute.status == LOST:
            post(f"stripe:{movement.txn_id}:lost", "lost", -worth, movement.created_at)


def _lost(dispute: StripeDispute, moved: list[Worth]) -> Money:
    """What the appeal lost when the dispute was lost: what was withdrawn, less what had come back by then. Nothing
    while it is not lost, and while we cannot know yet what had come back by then."""
    nothing = Money(0, dispute.amount.currency)
    by_then = movements_when_lost(dispute)
    if by_then is None:
        still_lost = dispute.status == LOST and all(worth.minor < 0 for _, worth in moved)
        by_then = frozenset(movement.txn_id for movement, _ in moved) if still_lost else frozenset()
    return -sum((worth for movement, worth in moved if movement.txn_id in by_then), nothing)


def _up_to(lost: Money, moved: list[Worth]) -> int:
    """How many of the movements, the oldest first, come to what was lost; 0 when nothing was, or they never do."""
    still = Money(0, lost.currency)
    for count, (_, worth) in enumerate(moved, 1):
        still -= worth
        if still == lost and lost.minor > 0:
            return count
    return 0


def _worths(dispute: StripeDispute) -> Iterator[Worth]:
    """The dispute's movements, the oldest first, each with its worth in the currency of the charge.

    Settled in another currency, the first withdrawal is the whole of what is disputed; any other movement is worth what
    Stripe's rate says, or, where Stripe gives none, its share of what was withdrawn.
    """
    out, out_settled = Money(0, dispute.amount.currency), 0
    for movement in sorted(dispute.movements, key=lambda each: (each.created_at, each.txn_id)):
        amount = movement.amount
        if amount.currency == dispute.amount.currency:
            worth = amount
        elif amount.minor < 0:
            worth = -movements.worth_of(movement, dispute.amount - out) if out.minor else -dispute.amount
        else:
            worth = movements.worth_of(movement, out, out_settled)
        out, out_settled = out - worth, out_settled - amount.minor
        yield movement, worth
