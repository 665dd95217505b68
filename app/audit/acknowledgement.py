"""An acknowledgement: somebody has looked at an exception and says why it may stand as it is."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key
from app.subject import Subject


class Acknowledgement(Base):
    """The latest word on one exception (`kind`, `reference`), and the digest of the facts it was said about: once they
    are others, it does not count any more. `subject` is whom or what the exception is about ('donation:<reference>'),
    where that is known; the reason is erased with it."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(120))
    facts: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Subject | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
