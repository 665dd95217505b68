"""Searching: how a name and an address are written down to be found again, whatever accents or capitals are typed."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.orm import InstrumentedAttribute

# Letters that Unicode does not take apart into a letter and a mark.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
# Apostrophes and hyphens are written in many ways; other signs only part words.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("`\u2018\u2019\u02bc", "'"),
        **dict.fromkeys("\u2010\u2013\u2014", "-"),
        **dict.fromkeys('.,;:/\\()[]&+_*"\u201c\u201d\u201e\u00ab\u00bb', " "),
    }
)


def key_column(length: int) -> Any:
    """The type of a column of keys: PostgreSQL finds a beginning in an index only when it compares by bytes, as
    SQLite does (postgresql.org/docs/current/indexes-opclass.html)."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def name_key(name: str | None) -> str | None:
    """A name as it is searched for: small letters without accents, single spaces, of signs only apostrophes and
    hyphens; at most 120 characters."""
    taken_apart = unicodedata.normalize("NFKD", (name or "").casefold())
    bare = "".join(char for char in taken_apart if not unicodedata.combining(char)).translate(_PLAIN)
    bare = bare.translate(_SIGNS)
    return " ".join(bare.split())[:120] or None


def email_key(email: str | None) -> str | None:
    """An email address as it is searched for. Letters of its first part may differ by RFC 5321, but no provider that
    people use lets them."""
    return (email or "").strip().casefold()[:254] or None


def begins_with(column: InstrumentedAttribute[str | None], beginning: str) -> ColumnElement[bool]:
    """The condition that a key begins so, in a form that both databases answer from an index."""
    return (column >= beginning) & (column < beginning + "\U0010ffff")
