"""A dispute as we keep it: what a giver's bank wants back, why, and by when the treasurer has to answer."""

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.emails import email
from app.extensions import Base, Key, db
from app.money import Money
from app.payments.objects import Dispute

# The kind of letter that tells the treasurer.
DISPUTE = "dispute"

# In these a dispute has come to its end. A word that we do not know yet counts as open, so that somebody looks.
_CLOSED = ("won", "lost", "warning_closed", "prevented", "charge_refunded")


class KeptDispute(Base):
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


def keep(dispute: Dispute) -> None:
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
        postgresql.insert(KeptDispute).values(values).on_conflict_do_update(index_elements=["dispute_id"], set_=values)
    )
    if dispute.status not in _CLOSED:
        email.ask(DISPUTE, f"dispute:{dispute.dispute_id}", "opened")


def find(dispute_id: str) -> KeptDispute | None:
    """One dispute, if we have heard of it."""
    return db.session.scalars(select(KeptDispute).where(KeptDispute.dispute_id == dispute_id)).one_or_none()


def open_ones(most: int) -> list[KeptDispute]:
    """The disputes that are not decided, the most urgent first."""
    return list(
        db.session.scalars(
            select(KeptDispute)
            .where(KeptDispute.status.not_in(_CLOSED))
            .order_by(KeptDispute.due_by.is_(None), KeptDispute.due_by, KeptDispute.id)
            .limit(most)
        )
    )


def of_charge(charge_id: str | None) -> KeptDispute | None:
    """The dispute over a charge that is not decided, if there is one."""
    waits = KeptDispute.charge_id == (charge_id or ""), KeptDispute.status.not_in(_CLOSED)
    return db.session.scalars(select(KeptDispute).where(*waits).order_by(KeptDispute.id.desc())).first()


def withdrawn(charge_id: str | None) -> bool:
    """Whether a charge stands in an open dispute, so that Stripe refunds it no more. An inquiry (`warning_…`) has not
    taken anything back yet: that one is best ended by a refund (docs.stripe.com/disputes/how-disputes-work)."""
    found = of_charge(charge_id)
    return found is not None and not found.status.startswith("warning_")


def is_open(dispute: KeptDispute) -> bool:
    """Whether a dispute still waits for an answer or a decision."""
    return dispute.status not in _CLOSED
