"""The words of names: a gift or a donor is found by any part of a name, from three letters on.

`name_words` has one row for each word of each name that a gift or a donor has, as `search_keys.name_key` writes it: a
person who gives often adds nothing. `word_parts` has the ends of each such word, once for all names that have it:
byron, yron, ron. What begins an end is a part of the word, so an ordinary index finds it on both databases (decision
0014). The database's own triggers keep both, so that no way of writing or of erasing a name can forget it: a name that
nobody has any more leaves nothing. 'Anne-Marie O’Connor' has the words anne, marie, annemarie, o, connor and oconnor.
"""

from typing import Any

from sqlalchemy import ColumnElement, Index, Select, and_, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from app.database import Base, db
from app.donors import search_keys

# So many names are looked up at once; a part that more of them have is looked for along the list instead.
_MANY = 2000
# What is shorter finds only how a word begins: too many words have it somewhere.
_SHORTEST = 3
# Of several parts the rarest is looked up; whether it is rarer than others is counted so far.
_RARE = 10_000


class NameWord(Base):
    """One word of a name, and the whole name by which gifts and donors are then looked up."""

    __tablename__ = "name_words"
    __table_args__ = (Index("ix_name_words_name_key", "name_key", "word"),)

    word: Mapped[str] = mapped_column(search_keys.key_column(120), primary_key=True)
    name_key: Mapped[str] = mapped_column(search_keys.key_column(120), primary_key=True)


class WordPart(Base):
    """The end of a word from one of its letters on, and the word."""

    __tablename__ = "word_parts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    part: Mapped[str] = mapped_column(search_keys.key_column(120), primary_key=True)
    word: Mapped[str] = mapped_column(search_keys.key_column(120), primary_key=True)


def words_of(typed: str) -> list[str]:
    """The words that are looked for, the longest first: that one narrows most."""
    apart = (search_keys.name_key(typed) or "").replace("'", "").replace("-", "").split()
    return sorted(set(apart), key=lambda word: (-len(word), word))


def has_name(column: InstrumentedAttribute[str | None], typed: str, *, along: bool = False) -> ColumnElement[bool]:
    """The condition that each word that was typed is a part of some word of a name (`column` holds the `name_key`), or,
    of one or two letters, begins one. Both databases answer it from their indexes.

    The names are looked up first; `along` asks row by row instead, which finds the first rows of an order sooner where
    `is_common` says that there are many.
    """
    looked_for = words_of(typed)
    if not looked_for:
        return false()
    if along:
        return and_(*(_has_word(column, each) for each in looked_for))
    return column.in_(_names(looked_for))


def is_common(typed: str) -> bool:
    """Whether more names have these words than are looked up at a glance; as long a look, however many they are."""
    looked_for = words_of(typed)
    return bool(looked_for) and _counted(_names(looked_for), _MANY) > _MANY


def _names(looked_for: list[str]) -> Select[Any]:
    """The names that have all these words: the names of the rarest word, as far as they have the others."""
    if len(looked_for) > 1:
        looked_for = sorted(looked_for, key=lambda each: _counted(_with_word(each), _RARE))
    found = _with_word(looked_for[0])
    for each in looked_for[1:]:
        found = found.where(_has_word(found.selected_columns[0], each))
    return found


def _counted(names: Select[Any], most: int) -> int:
    return db.session.scalar(select(func.count()).select_from(names.limit(most + 1).subquery())) or 0


def _with_word(typed: str) -> Select[Any]:
    """The names with a word of which this is a part, found from the parts on."""
    word = aliased(NameWord)
    if len(typed) < _SHORTEST:
        return select(word.name_key).where(search_keys.begins_with(word.word, typed))
    words = select(WordPart.word).where(search_keys.begins_with(WordPart.part, typed))
    return select(word.name_key).where(word.word.in_(words))


def _has_word(name_key: Any, typed: str) -> ColumnElement[bool]:
    """Whether one name has such a word, found from the name on: it has few."""
    word = aliased(NameWord)
    if len(typed) < _SHORTEST:
        such = search_keys.begins_with(word.word, typed)
    else:
        such = word.word.contains(typed, autoescape=True)
    return select(word.word).where(word.name_key == name_key, such).exists()
