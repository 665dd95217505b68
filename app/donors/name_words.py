"""The words of names: a gift or a donor is found by any word of the name, or by how a word begins.

`name_words` has one row for each word of each name that a gift or a donor has, as `searching.name_key` writes it: a
person who gives often adds nothing. The database's own triggers keep it, so that no way of writing or of erasing a
name can forget it: a name that nobody has any more leaves no word. A name of 'Anne-Marie O’Connor' has the words anne,
marie, annemarie, o, connor and oconnor.
"""

from typing import Any

from sqlalchemy import ColumnElement, Index, Select, and_, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from app.donors import search_keys
from app.extensions import Base, db

# So many names are looked up at once; a word that more of them have is looked for along the list instead.
_MANY = 2000


class NameWord(Base):
    """One word of a name, and the whole name by which gifts and donors are then looked up."""

    __tablename__ = "name_words"
    __table_args__ = (Index("ix_name_words_name_key", "name_key", "word"),)

    word: Mapped[str] = mapped_column(search_keys.key_column(120), primary_key=True)
    name_key: Mapped[str] = mapped_column(search_keys.key_column(120), primary_key=True)


def words_of(typed: str) -> list[str]:
    """The words that are looked for, the longest first: that one narrows most."""
    apart = (search_keys.name_key(typed) or "").replace("'", "").replace("-", "").split()
    return sorted(set(apart), key=lambda word: (-len(word), word))


def has_name(column: InstrumentedAttribute[str | None], typed: str, *, along: bool = False) -> ColumnElement[bool]:
    """The condition that a column of names (`name_key`) has a word for each word that was typed, which begins with it;
    both databases answer it from their indexes.

    The names are looked up first; `along` asks row by row instead, which finds the first rows of an order sooner where
    `is_common` says that there are many.
    """
    looked_for = words_of(typed)
    if not looked_for:
        return false()
    if along:
        return and_(*(_words(column, each).exists() for each in looked_for))
    return column.in_(_names(looked_for))


def is_common(typed: str) -> bool:
    """Whether more names have these words than are looked up at a glance; as long a look, however many they are."""
    looked_for = words_of(typed)
    some = _names(looked_for).limit(_MANY + 1).subquery() if looked_for else None
    return some is not None and (db.session.scalar(select(func.count()).select_from(some)) or 0) > _MANY


def _names(looked_for: list[str]) -> Select[Any]:
    first = aliased(NameWord)
    found = select(first.name_key).where(search_keys.begins_with(first.word, looked_for[0]))
    for each in looked_for[1:]:
        found = found.where(_words(first.name_key, each).exists())
    return found


def _words(name_key: Any, typed: str) -> Select[Any]:
    word = aliased(NameWord)
    return select(word.word).where(word.name_key == name_key, search_keys.begins_with(word.word, typed))
