"""A version: the whole of an article or an appeal as somebody once saved it; nothing of it ever changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key

ARTICLE, APPEAL = "article", "appeal"


class Version(Base):
    """One version. `subject_id` is the article's or the appeal's id, `number` what its `version` was then.

    `content` has every field that can be edited, as JSON; `written_by` is an editor's address, or says which command
    it was. The database refuses to change or delete one.
    """

    __tablename__ = "versions"
    __table_args__ = (
        CheckConstraint("kind IN ('article', 'appeal')", name="kind"),
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("kind", "subject_id", "number", name="uq_versions_kind_subject_id_number"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int] = mapped_column(Key)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(254))
