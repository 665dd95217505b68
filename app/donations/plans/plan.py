"""A plan: a donor's promise to give each month; each payment is a donation of its own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key
from app.money import Money

PLEDGED, ACTIVE, PAST_DUE, PAUSED, ENDED = "pledged", "active", "past_due", "paused", "ended"


class Plan(Base):
    """One promise. *pledged* → *active* ⇄ *past_due* (the card was refused) or *paused* → *ended*, for good.

    `appeal_id` is the appeal that the next payment is for, and `begun_for_id` the first one, where that was another.
    One that was never paid ends without `started_at`. The donor's details are as they were typed; each month's
    donation gets a copy. `submission` and `checkout_…` are as in a donation. `known_at` is when Stripe was last asked
    how the plan stands, so that an answer that is older changes nothing. `ends_at` is when it will end, if that is
    decided. `payment_url` is Stripe's page for the payment that could not be taken. `change_…` is what the donor asked
    for and Stripe has not confirmed, with the idempotency key under which it is asked.
    """

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('pledged', 'active', 'past_due', 'paused', 'ended')", name="state"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at"),
        CheckConstraint(
            "state IN ('pledged', 'ended') OR (subscription_id IS NOT NULL AND started_at IS NOT NULL)", name="started"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    begun_for_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"))
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), index=True)
    pledged_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    next_payment_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    payment_url: Mapped[str | None] = mapped_column(Text)
    past_due_since: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    known_at: Mapped[datetime | None]

    name: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(String(400))
    postcode: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)
    name_may_be_shown: Mapped[bool] = mapped_column(default=False)

    submission: Mapped[str] = mapped_column(String(64), unique=True)
    checkout_key: Mapped[str] = mapped_column(String(64), unique=True)
    checkout_session_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    checkout_url: Mapped[str | None] = mapped_column(Text)
    checkout_expires_at: Mapped[datetime | None]
    subscription_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    customer_id: Mapped[str | None] = mapped_column(String(80), unique=True)

    change_wanted: Mapped[str | None] = mapped_column(String(80))
    change_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    change_asked_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is given each month, from the next payment on."""
        return Money(self.amount_minor, self.currency)


class PlanLink(Base):
    """A link that lets its holder change one plan for an hour; only a keyed hash of its token is kept."""

    __tablename__ = "plan_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
