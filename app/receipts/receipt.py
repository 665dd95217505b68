"""A receipt and its PDF: due when a gift is received, numbered when issued, its facts frozen from then on."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, DueWork, Key, partial_index

DUE, ISSUED, VOID, REPLACED = "due", "issued", "void", "replaced"


class Receipt(DueWork, Base):
    """Proof of one donation; `place` says which of its receipts it is: the first is 1, what replaced it 2, and so on.
    `reference` is its unguessable public name.

    *due*: to be issued. *issued*: it has a number in its series (a year) and `facts`, JSON frozen for ever with its
    SHA-256; `personal` is the part of them that names the donor, and goes when the donor is erased. When what is kept
    of the gift changes, it becomes *replaced* and the next one is due, or, when nothing is kept, *void*.
    `rendered_at` and `mailed_at` say what else has been done; until both are, the worker is due. One that is `on_paper`
    is not mailed: somebody of the office prints it, and says when it was handed over or posted (`given_at`, `given_by`,
    `given_how`).
    """

    __tablename__ = "receipts"
    __table_args__ = (
        UniqueConstraint("series", "number"),
        UniqueConstraint("donation_id", "place"),
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("state IN ('due', 'issued', 'void', 'replaced')", name="state"),
        CheckConstraint(
            "(state = 'due') = (number IS NULL) AND (number IS NULL) = (series IS NULL) "
            "AND (number IS NULL) = (facts IS NULL) AND (number IS NULL) = (issued_at IS NULL)",
            name="issued_whole",
        ),
        CheckConstraint("mailed_at IS NULL OR rendered_at IS NOT NULL", name="order"),
        partial_index("ix_receipts_due", "next_try_at", "id", where="mailed_at IS NULL AND given_at IS NULL"),
        # What the sealer looks for; there are few.
        partial_index("ix_receipts_void", "id", where="state = 'void'"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    # Named by its table: donations stand above receipts, which do not know them.
    donation_id: Mapped[int] = mapped_column(ForeignKey("donations.id"))
    place: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    requested_at: Mapped[datetime]
    series: Mapped[str | None] = mapped_column(String(20))
    number: Mapped[int | None]
    facts: Mapped[str | None] = mapped_column(Text)
    facts_sha256: Mapped[str | None] = mapped_column(String(64))
    personal: Mapped[str | None] = mapped_column(Text)
    personal_sha256: Mapped[str | None] = mapped_column(String(64))
    issued_at: Mapped[datetime | None]
    rendered_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    on_paper: Mapped[bool] = mapped_column(default=False, server_default=text("FALSE"))
    given_at: Mapped[datetime | None]
    given_by: Mapped[str | None] = mapped_column(String(80))
    given_how: Mapped[str | None] = mapped_column(String(10))

    @property
    def printed_number(self) -> str:
        """The number as it is printed, '2026-000123'; empty while it has none."""
        return "" if self.number is None else f"{self.series}-{self.number:06d}"


class ReceiptSeries(Base):
    """The last number given in a series; its row is locked while the next one is taken, so that none is skipped."""

    __tablename__ = "receipt_series"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_number: Mapped[int]


class ReceiptFile(Base):
    """A receipt's PDF, rendered from its frozen facts; the database is the one thing to back up. It is empty once its
    donor is erased."""

    __tablename__ = "receipt_files"

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipts.id"), primary_key=True, autoincrement=False)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime]
