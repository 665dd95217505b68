"""Images: pictures that editors have uploaded, kept in the database in the sizes in which they are shown."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key


class Image(Base):
    """One picture, without its bytes. `words` say what it shows, for whoever does not see it; `width` and `height` are
    those of its largest file, in pixels."""

    __tablename__ = "images"
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="size"),
        CheckConstraint("length(words) > 0", name="words"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    words: Mapped[str] = mapped_column(String(300))
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(254))


class ImageFile(Base):
    """The picture re-encoded for one of the widths that pages ask for, as WebP."""

    __tablename__ = "image_files"
    __table_args__ = (PrimaryKeyConstraint("image_id", "width"),)

    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    width: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
