"""The words of names: a gift or a donor is found by any part of a name, from three letters on.

`name_words` has one row for each word of each name that a gift or a donor has, as `search_keys.name_key` writes it: a
person who gives often adds nothing. `word_parts` has the ends of each such word, once for all names that have it:
byron, yron, ron. What begins an end is a part of the word, so an ordinary index finds it on both databases (decision
0014). The database's own triggers keep both, so that no way of writing or of erasing a name can forget it: a name that
nobody has any more leaves nothing. 'Anne-Marie O’Connor' has the words anne, marie, annemarie, o, connor and oconnor.
"""

from collections.abc import Sequence
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
_RARE = 5000


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


def has_name(
    column: InstrumentedAttribute[str | None], typed: str, *, along: bool = False, names: Sequence[str] | None = None
) -> ColumnElement[bool]:
    """The condition that each word that was typed is a part of some word of a name (`column` holds the `name_key`), or,
    of one or two letters, begins one. Both databases answer it from their indexes.

    Where few names are found, they are looked up first, as `few` does; `names` are what it found, where that is known.
    `along` asks row by row instead, which finds the first rows of an order sooner where there are many.
    """
    looked_for = words_of(typed)
    if not looked_for:
        return false()
    if names is None and along:
        return and_(*(_has_word(column, each, one_by_one=True) for each in looked_for))
    if names is None:
        names = few(typed)
    if names is None:
        return column.in_(_names(looked_for))
    # No condition at all is told from one that nothing meets: of an empty list SQLite would try every row.
    return column.in_(names) if names else false()


def few(typed: str) -> list[str] | None:
    """The names that have these words; nothing where they are more than are looked up at a glance. The look takes as
    long however many they are."""
    looked_for = words_of(typed)
    if not looked_for:
        return []
    # A name may come once for each of its words: to tell them apart in the database, it would first read all of them.
    names = [row[0] for row in db.session.execute(_names(looked_for).limit(_MANY + 1))]
    return sorted(set(names)) if len(names) <= _MANY else None


def is_common(typed: str) -> bool:
    """Whether more names have these words than are looked up at a glance."""
    return few(typed) is None


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


def _has_word(name_key: Any, typed: str, *, one_by_one: bool = False) -> ColumnElement[bool]:
    """Whether one name has such a word, found from the name on: it has few."""
    word = aliased(NameWord)
    if len(typed) < _SHORTEST:
        such = search_keys.begins_with(word.word, typed)
    else:
        such = word.word.contains(typed, autoescape=True)
    words = select(word.word).where(word.name_key == name_key, such)
    # PostgreSQL takes what has an OFFSET for itself, and does not look up all such names at once instead.
    return (words.offset(0) if one_by_one else words).exists()
