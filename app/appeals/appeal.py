"""An appeal: something people give to, with a text, a target, dates, one currency and accounts of its own."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, PrimaryKeyConstraint, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.appeals import branch  # noqa: F401 - a branch may raise money for an appeal
from app.articles.versions import APPEAL, Versioned
from app.database import Base, Key, partial_index
from app.money import Money


class Appeal(Versioned, Base):
    """One appeal. It takes gifts from `starts_on` to `ends_on`, local days, both included.

    Without `starts_on` it is a draft. Without `ends_on` it goes on until it is ended. Without `precedence` it has its
    page but never stands under articles; of those that could, the highest precedence is in force, and among equals
    the one that started last. `suggested_minor` are the amounts offered, in minor units of `currency`.
    `preset_rhythm` is which of 'once' and 'monthly' the giving form has chosen beforehand, by default neither.
    `general_fund` marks the one that stands behind all others (app/appeals/writing.py), one for a currency.
    `offered_digest` says which archive text an import offered this appeal from, so that it is offered once.
    """

    versioned_as = APPEAL
    edited_fields = (
        "slug",
        "title",
        "text",
        "currency",
        "target_minor",
        "suggested_minor",
        "preset_rhythm",
        "starts_on",
        "ends_on",
        "precedence",
    )
    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint("target_minor > 0", name="target"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("currency = lower(currency) AND length(currency) = 3", name="currency"),
        CheckConstraint("preset_rhythm IN ('once', 'monthly')", name="preset_rhythm"),
        CheckConstraint("NOT general_fund OR (precedence IS NULL AND starts_on IS NOT NULL)", name="general_fund"),
        partial_index("uq_appeals_general_fund", "currency", unique=True, where="general_fund"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    target_minor: Mapped[int | None] = mapped_column(Key)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    precedence: Mapped[int | None]
    suggested_minor: Mapped[list[int]] = mapped_column(JSON, default=list)
    preset_rhythm: Mapped[str | None] = mapped_column(String(10))
    general_fund: Mapped[bool] = mapped_column(default=False, server_default=false())
    offered_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def target(self) -> Money | None:
        """What the appeal wants to raise, if it says so."""
        return None if self.target_minor is None else Money(self.target_minor, self.currency)

    @property
    def suggested(self) -> list[Money]:
        """The amounts it offers; none is ever preselected."""
        return [Money(minor, self.currency) for minor in self.suggested_minor]

    def open_on(self, day: date) -> bool:
        """Whether it takes gifts on a local day."""
        return self.starts_on is not None and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def days_left(self) -> int | None:
        """How many local days it still takes gifts, today included; `None` when it has no end."""
        return None if self.ends_on is None else max(0, (self.ends_on - clock.today()).days + 1)


class AppealAccount(Base):
    """Which income accounts an appeal raises money on; the ledger itself knows nothing of appeals.

    What a branch raises for it has an account of its own; the one without a branch is the appeal's own.
    """

    __tablename__ = "appeal_accounts"
    __table_args__ = (PrimaryKeyConstraint("appeal_id", "account_id"),)

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
