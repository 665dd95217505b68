"""Pictures in texts: Markdown may show our own images alone, and each has to say in words what is to be seen."""

from sqlalchemy import select

from app import markup
from app.appeals.image import Image
from app.errors import DomainError
from app.extensions import db


class ForeignImage(DomainError):
    """The text shows an image that was not uploaded here."""


class ImageWithoutWords(DomainError):
    """The text shows an image without saying in words what is to be seen."""


def check(text: str) -> None:
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
