"""A gift by hand: what is known of a donation that did not come by card, and how far its money has come."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, db, partial_index
from app.donations import count_sheet, standing_order  # noqa: F401 - a gift may be of a sheet, or of a standing order
from app.donations import donation as donations
from app.donations.donation import BANK_TRANSFER, CASH, CHEQUE, STANDING_ORDER, Donation
from app.errors import DomainError
from app.money import Money

# How far the money has come; a gift in kind stays received. What was only promised has not come at all.
WAITING, PAID_IN, BANKED, BOUNCED, REVERSED, RECEIVED = (
    "waiting",
    "paid-in",
    "banked",
    "bounced",
    "reversed",
    "received",
)
ANNOUNCED, POST_DATED, WITHDRAWN = "announced", "post-dated", "withdrawn"


class NotYet(DomainError):
    """The day given lies in the future."""


class GiftByHand(Base):
    """What the donation itself does not say. `what` is a cheque's number, a transfer's reference, or what was given.

    `given_on` is the day on which it came; of a transfer that was announced, the day on which we were told, and
    `expected_on` the one on which it should show. Cash from a named person may be a line of a count sheet
    (`count_sheet_id`), and then goes to the bank with it. A cheque is paid in with a slip (`paying_in`) and banked
    when the bank's statement shows it (`bank_line`, the source of that line); it may bounce before or after. `reason`
    says why it was reversed or withdrawn and may be erased; the ledger never has it.
    """

    __tablename__ = "gifts_by_hand"
    __table_args__ = (
        CheckConstraint("(paid_in_on IS NULL) = (paying_in IS NULL)", name="paid_in"),
        CheckConstraint("(banked_on IS NULL) = (bank_line IS NULL)", name="banked"),
        CheckConstraint("reversed_at IS NULL OR (banked_on IS NULL AND bounced_on IS NULL)", name="reversed"),
        partial_index(
            "ix_gifts_by_hand_waiting",
            "donation_id",
            where="banked_on IS NULL AND reversed_at IS NULL AND bounced_on IS NULL",
        ),
        partial_index("ix_gifts_by_hand_bounced_on", "bounced_on", where="bounced_on IS NOT NULL"),
    )

    donation_id: Mapped[int] = mapped_column(ForeignKey("donations.id"), primary_key=True, autoincrement=False)
    given_on: Mapped[date]
    what: Mapped[str | None] = mapped_column(String(200))
    dated_on: Mapped[date | None]
    standing_order_id: Mapped[int | None] = mapped_column(ForeignKey("standing_orders.id"), index=True)
    expected_on: Mapped[date | None]
    count_sheet_id: Mapped[int | None] = mapped_column(ForeignKey("count_sheets.id"), index=True)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    paying_in: Mapped[str | None] = mapped_column(String(40))
    paid_in_on: Mapped[date | None]
    banked_on: Mapped[date | None] = mapped_column(index=True)
    bank_line: Mapped[str | None] = mapped_column(String(160))
    bounced_on: Mapped[date | None]
    bounced_line: Mapped[str | None] = mapped_column(String(160))
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)

    def state(self, gift: Donation) -> str:
        """How far the money of this gift has come."""
        if gift.state == donations.ABANDONED:
            return WITHDRAWN
        if gift.state == donations.PLEDGED:
            return POST_DATED if gift.method == CHEQUE else ANNOUNCED
        if self.reversed_at is not None:
            return REVERSED
        if self.bounced_on is not None:
            return BOUNCED
        if self.banked_on is not None:
            return BANKED
        if gift.method not in (CASH, CHEQUE, BANK_TRANSFER, STANDING_ORDER):
            return RECEIVED
        return WAITING if self.paid_in_on is None else PAID_IN

    @property
    def came_to_nothing(self) -> bool:
        """Whether nothing of the gift is kept: it was entered by mistake, or its cheque bounced."""
        return self.reversed_at is not None or self.bounced_on is not None


def of(donation: Donation) -> GiftByHand:
    """What is known of a gift that did not come by card."""
    return db.session.get_one(GiftByHand, donation.id)


def net_amount(donation: Donation) -> Money:
    """What is kept of a gift that did not come by card: all of it once it has come, until it bounces or is reversed,
    or as much as was not paid back."""
    nothing = donation.state != donations.RECEIVED or of(donation).came_to_nothing
    return (
        Money(0, donation.currency) if nothing else donation.amount - Money(donation.paid_back_minor, donation.currency)
    )


def moment_of(day: date) -> datetime:
    """An instant of a local day, for the books: now when it is today, else noon. Raises `NotYet`."""
    if day > clock.today():
        raise NotYet("the day lies in the future")
    return clock.now() if day == clock.today() else datetime.combine(day, time(12), clock.local_zone())
