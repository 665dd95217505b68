"""Images: pictures that editors have uploaded, kept in the database in the sizes in which they are shown.

Taking in a picture that an editor uploads: re-encoded by a bounded program, then kept in the database.

Pictures in texts: Markdown may show our own images alone, and each has to say in words what is to be seen.
"""

import io
import json
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, markup
from app.articles.article import Article
from app.audit import trail
from app.database import Base, Key, db
from app.errors import DomainError
from app.markup import IMAGE_WIDTHS
from app.paging import Order, Page, page


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


# The largest file that is taken, in bytes: a camera's JPEG is smaller.
LARGEST = 12 * 1024 * 1024

_PROGRAM = Path(__file__).with_name("reencoding.py")
# Seconds that the program may take.
_PATIENCE = 40


class NotAPicture(DomainError):
    """The file is no picture that we can read, or one that is too large to be worked on."""


@dataclass(frozen=True, slots=True)
class Reencoded:
    """A picture in our own files: `bodies` are WebP, one for each of `markup.IMAGE_WIDTHS`."""

    width: int
    height: int
    bodies: tuple[bytes, ...]


def reencode(data: bytes) -> Reencoded:
    """Make the picture anew from its pixels alone. Raises `NotAPicture`.

    It takes seconds and must be called with no transaction open.
    """
    if not 0 < len(data) <= LARGEST:
        raise NotAPicture("the file is empty or too large")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and what was uploaded is only its input
            [sys.executable, "-I", str(_PROGRAM), *map(str, IMAGE_WIDTHS)],
            input=data,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise NotAPicture("the picture takes too long to read") from error
    if done.returncode != 0:
        raise NotAPicture("the file is no picture that we can read")
    said = io.BytesIO(done.stdout)
    width, height = json.loads(said.readline())
    return Reencoded(width, height, tuple(said.read(int(said.readline())) for _width in IMAGE_WIDTHS))


def keep(picture: Reencoded, words: str) -> Image:
    """Keep a picture under a new reference; the caller commits. `words` say what is to be seen on it."""
    image = Image(
        reference=secrets.token_hex(8),
        words=words,
        width=picture.width,
        height=picture.height,
        uploaded_at=clock.now(),
        uploaded_by=trail.at_work().by,
    )
    db.session.add(image)
    db.session.flush()
    db.session.add_all(
        ImageFile(image_id=image.id, width=width, body=body)
        for width, body in zip(IMAGE_WIDTHS, picture.bodies, strict=True)
    )
    db.session.flush()
    return image


def take_away(image: Image) -> None:
    """Delete a picture for good; the caller commits. Texts that name it show its words from now on."""
    db.session.execute(delete(ImageFile).where(ImageFile.image_id == image.id))
    db.session.delete(image)
    db.session.flush()


def shown_in(reference: str, at_most: int = 20) -> Sequence[Article]:
    """The articles whose text shows a picture, drafts included, the newest first."""
    line = f"/images/{reference}-"
    articles = select(Article).where(Article.text.contains(line)).order_by(Article.number.desc()).limit(at_most)
    return db.session.scalars(articles).all()


def named(reference: str) -> Image | None:
    """The image with a reference."""
    return db.session.scalar(select(Image).where(Image.reference == reference))


def sizes(references: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Width and height, in pixels, of the images with these references."""
    found = select(Image.reference, Image.width, Image.height).where(Image.reference.in_(references))
    return {reference: (width, height) for reference, width, height in db.session.execute(found)}


def body(reference: str, width: int) -> bytes | None:
    """The WebP file of an image in one of its widths."""
    return db.session.scalar(
        select(ImageFile.body)
        .join(Image, Image.id == ImageFile.image_id)
        .where(Image.reference == reference, ImageFile.width == width)
    )


def latest(most: int, before: str = "") -> Page[Image]:
    """A page of the images last uploaded, the newest first, from the one after the image of reference `before`."""
    return page(select(Image), Order(Image.id), Image.reference, older=before, most=most)


class ForeignImage(DomainError):
    """The text shows an image that was not uploaded here."""


class ImageWithoutWords(DomainError):
    """The text shows an image without saying in words what is to be seen."""


def check_shown(text: str) -> None:
    """Refuse a text whose images readers could not see, or not be told of. Raises `ForeignImage` or
    `ImageWithoutWords`."""
    named = markup.images(text)
    if not named:
        return
    if any(image.reference is None for image in named):
        raise ForeignImage("an image in the text was not uploaded here")
    if any(not image.words for image in named):
        raise ImageWithoutWords("an image in the text has no words for those who cannot see it")
    wanted = {image.reference for image in named}
    known = set(db.session.scalars(select(Image.reference).where(Image.reference.in_(wanted))))
    if wanted - known:
        raise ForeignImage("an image in the text is not among those that were uploaded")
