"""Disputes: withdrawn, reinstated, lost, overturned; each of them booked from what Stripe's movements say."""

from app.donations import dispute_kept, movements
from app.ledger import accounts, posting, tracing
from app.ledger.tracing import Moved
from app.money import Money
from app.payments.dispute import LOST, Dispute
from app.payments.transaction import Transaction


def book(dispute: Dispute) -> None:
    """Keep and book a dispute as it stands. The charge itself has been booked before; the caller commits.

    While it is open, what was withdrawn waits on *disputed*: the appeal has not lost it yet. What is still withdrawn
    when the dispute is lost comes off the appeal; what is reinstated after that goes back to it. An inquiry moves
    nothing and books nothing.
    """
    dispute_kept.keep(dispute)
    received = tracing.moved_by(f"stripe:{dispute.charge.charge_id}:received")
    if received is None:
        return
    disputed = accounts.house_account("assets:disputed", dispute.amount.currency)
    withdrawn = Money(0, dispute.amount.currency)
    for movement in sorted(dispute.movements, key=lambda each: (each.created_at, each.txn_id)):
        worth = _worth(movement, dispute)
        withdrawn -= worth
        left = worth.minor < 0
        movements.book(
            movement,
            other=disputed,
            worth=worth,
            kind="dispute-withdrawn" if left else "dispute-reinstated",
            memo="withdrawn for a dispute" if left else "reinstated after a dispute",
            subject=received.subject,
            fees="expenses:dispute-fees",
        )
    _close(dispute, received, disputed, withdrawn)


def _close(dispute: Dispute, received: Moved, disputed: int, withdrawn: Money) -> None:
    """Take what is lost off the appeal, or give back to it what turned out not to be lost."""
    lost = tracing.moved_by(f"stripe:{dispute.dispute_id}:lost")
    happened = max((movement.created_at for movement in dispute.movements), default=dispute.created_at)

    def close(step: str, ends: tuple[int, int], amount: Money, memo: str) -> None:
        posting.post(
            f"stripe:{dispute.dispute_id}:{step}",
            [posting.Line(*ends, amount)],
            kind=f"dispute-{step}",
            subject=received.subject,
            memo=memo,
            occurred_at=happened,
            recorded_by="stripe",
        )

    if lost is None and dispute.status == LOST and withdrawn.minor > 0:
        close("lost", (disputed, received.from_id), withdrawn, "dispute lost")
    elif lost is not None and withdrawn < lost.amount:
        already = tracing.moved_by(f"stripe:{dispute.dispute_id}:overturned")
        if already is None:
            close("overturned", (received.from_id, disputed), lost.amount - withdrawn, "lost dispute overturned")


def _worth(movement: Transaction, dispute: Dispute) -> Money:
    """What a movement is worth in the currency of the charge; settled in another, it is the whole dispute's amount."""
    if movement.amount.currency == dispute.amount.currency:
        return movement.amount
    return dispute.amount if movement.amount.minor > 0 else -dispute.amount
