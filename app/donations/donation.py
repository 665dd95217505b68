"""A donation: one gift of one amount, from pledge on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key, db, partial_index
from app.donations.plans import plan  # noqa: F401 - a donation may be of a plan, and is of a donor
from app.donors import (
    donor,  # noqa: F401 - a donation may be of a plan, and is of a donor
    search_keys,
)
from app.money import Money

PLEDGED, ON_ITS_WAY, RECEIVED = "pledged", "on-its-way", "received"
FAILED, ABANDONED = "failed", "abandoned"

CARD, CASH, CHEQUE = "card", "cash", "cheque"
STANDING_ORDER, BANK_TRANSFER, IN_KIND = "standing-order", "bank-transfer", "in-kind"
METHODS = (CARD, CASH, CHEQUE, STANDING_ORDER, BANK_TRANSFER, IN_KIND)


def _name_key(context: Any) -> str | None:
    return search_keys.name_key(context.get_current_parameters().get("name"))


def _email_key(context: Any) -> str | None:
    return search_keys.email_key(context.get_current_parameters().get("email"))


class Donation(Base):
    """One gift. *pledged* → *received* or *abandoned*; an abandoned one that is paid after all becomes received. A
    debit that takes days is *on its way* meanwhile (`on_its_way_at`), and *received* or *failed* then.

    `amount_minor` is what was pledged, and once received what was charged. The giver's details are as they were
    typed for this gift; nothing of them is copied into the ledger. `submission` is the digest of the form's nonce
    and content: the same submission is the same pledge. `checkout_key` is the idempotency key under which Stripe is
    asked for a Checkout Session; it is committed before the call. One month's gift of a plan (`plan_id`) is made when
    it has been charged, so it is received at once. A gift that did not come by card (`method`) has no charge; it is
    received as it is entered, unless it was only promised: a transfer that was announced, a cheque of a day to come.
    A gift may be raised by a branch (`branch_id`), and is then on that branch's account.
    What is paid at Stripe has the method *card*, and `paid_by` is Stripe's word for it when it was something else. A
    delayed one is received when the money has come, and was charged before (`charged_at`); the giver's bank may take it
    back after that (`returned_at`).
    `paid_back_minor` is what its giver got back from our bank account, as the bank's statement shows; refunds at Stripe
    are rows of their own.
    `name_key`, `email_key` and `card_last4` are what a gift is found by; `donor_id` is whose it is, once the worker has
    said so.
    """

    __tablename__ = "donations"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("paid_back_minor BETWEEN 0 AND amount_minor", name="paid_back"),
        CheckConstraint("state IN ('pledged', 'on-its-way', 'received', 'failed', 'abandoned')", name="state"),
        CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name="received_at"),
        CheckConstraint("(charge_id IS NOT NULL) = (state = 'received' AND method = 'card')", name="charge_id"),
        CheckConstraint(f"method IN {METHODS}", name="method"),
        Index("ix_donations_appeal_received", "appeal_id", "received_at"),
        partial_index("ix_donations_by_hand", "method", "id", where="method <> 'card'"),
        partial_index("ix_donations_of_branch", "branch_id", "id", where="branch_id IS NOT NULL"),
        Index("ix_donations_name_key", "name_key", "id"),
        Index("ix_donations_email_key", "email_key", "id"),
        partial_index("ix_donations_card_last4", "card_last4", "id", where="card_last4 IS NOT NULL"),
        partial_index("ix_donations_amount", "amount_minor", "received_at", where="received_at IS NOT NULL"),
        partial_index("ix_donations_paid_by", "paid_by", where="paid_by IS NOT NULL"),
        partial_index("ix_donations_received_at", "received_at", "id", where="received_at IS NOT NULL"),
        partial_index("ix_donations_not_received", "state", "id", where="state <> 'received'"),
        partial_index("ix_donations_of_donor", "donor_id", "id", where="donor_id IS NOT NULL"),
        partial_index(
            "ix_donations_without_donor",
            "id",
            where="donor_id IS NULL AND state = 'received' AND email_key IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    method: Mapped[str] = mapped_column(String(20), default=CARD, server_default=CARD)
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10))
    pledged_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    charge_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id"), index=True)
    declined_at: Mapped[datetime | None]
    paid_by: Mapped[str | None] = mapped_column(String(40))
    on_its_way_at: Mapped[datetime | None]
    charged_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    paid_back_minor: Mapped[int] = mapped_column(Key, default=0, server_default=text("0"))

    name: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(String(400))
    postcode: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)
    name_may_be_shown: Mapped[bool] = mapped_column(default=False)
    name_key: Mapped[str | None] = mapped_column(search_keys.key_column(120), default=_name_key)
    email_key: Mapped[str | None] = mapped_column(search_keys.key_column(254), default=_email_key)
    card_last4: Mapped[str | None] = mapped_column(String(4))
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donors.id"))

    submission: Mapped[str] = mapped_column(String(64), unique=True)
    checkout_key: Mapped[str] = mapped_column(String(64), unique=True)
    checkout_session_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    checkout_url: Mapped[str | None] = mapped_column(Text)
    checkout_expires_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is or was given."""
        return Money(self.amount_minor, self.currency)


def find_gift(reference: str) -> Donation | None:
    """The gift with this reference."""
    return db.session.scalars(select(Donation).where(Donation.reference == reference)).one_or_none()


def find_gifts(references: Collection[str]) -> Sequence[Donation]:
    """The gifts with these references, in the order in which they were pledged."""
    return db.session.scalars(select(Donation).where(Donation.reference.in_(references)).order_by(Donation.id)).all()


def gifts_by_id(ids: Collection[int], branch_id: int | None = None) -> Sequence[Donation]:
    """The gifts with these ids, in the order in which they were pledged; with a branch only its own."""
    wanted = select(Donation).where(Donation.id.in_(ids)).order_by(Donation.id)
    if branch_id is not None:
        wanted = wanted.where(Donation.branch_id == branch_id)
    return db.session.scalars(wanted).all()


def names_of(references: Collection[str | None]) -> dict[str, str | None]:
    """Who gave the gifts with these references."""
    named = select(Donation.reference, Donation.name).where(Donation.reference.in_(references))
    return {row.reference: row.name for row in db.session.execute(named)}


def references_of(marks: Collection[str]) -> set[str]:
    """The references of the gifts that were made by these forms (`app.offline.gifts.mark_of`)."""
    return set(db.session.scalars(select(Donation.reference).where(Donation.submission.in_(marks))))
