"""Taking turns: whoever saves says which version they began with, so that nobody overwrites another unseen."""

from typing import TypeVar

from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.articles.article import Article
from app.errors import DomainError
from app.extensions import db

Found = TypeVar("Found", Article, Appeal)


class WrittenMeanwhile(DomainError):
    """Somebody else has saved another version since this one was begun."""


def take(written: Found, based_on: int) -> Found:
    """The same, locked and as it is now, to be changed by the caller. Raises `WrittenMeanwhile`.

    `based_on` is the number of the version that the editor had before them.
    """
    model = type(written)
    locked = db.session.scalars(
        select(model).where(model.id == written.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if locked.version != based_on:
        raise WrittenMeanwhile(f"version {locked.version} was saved after version {based_on}")
    return locked
