"""A seal: one link of the chain that shows tampering. It holds hashes alone, so erasing a person leaves it whole."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key

# What the first seal of a chain follows.
BEGINNING = "0" * 64


class Seal(Base):
    """The `digest` of one row elsewhere (`subject` names its table, `subject_id` its id), chained to the seal before.

    `hash` covers the place in the chain, the subject, the digest and the hash before it. The order is `seq`, without
    a gap: rows are sealed in the order in which their commits were seen, which need not be that of their ids.
    """

    __tablename__ = "seals"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq"),
        Index("uq_seals_subject", "subject", "subject_id", unique=True),
    )

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]


class SealedThrough(Base):
    """Up to which id a table is known to be sealed, so that the search for new rows does not grow with the books.

    Ids may commit out of order, so `through_id` follows an hour behind: no transaction of ours lives that long.
    """

    __tablename__ = "sealed_through"

    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    through_id: Mapped[int] = mapped_column(Key)
    next_id: Mapped[int] = mapped_column(Key)
    noted_at: Mapped[datetime]
