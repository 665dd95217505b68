"""Subject: what something is about, where that may be of many kinds, as the ledger and the audit trail write it.

A row that is always about the same kind of thing has its key in a column instead.
"""

from typing import Any, Literal, Self, cast

from sqlalchemy import ColumnElement, Dialect, String, literal
from sqlalchemy.types import TypeDecorator

Kind = Literal[
    "account",
    "alarm",
    "appeal",
    "article",
    "audit",
    "bank-account",
    "bank-line",
    "branch",
    "cash-difference",
    "charge",
    "count",
    "day",
    "dispute",
    "donation",
    "donor",
    "entry",
    "event",
    "exception",
    "export",
    "image",
    "manual",
    "month",
    "page",
    "payout",
    "person",
    "plan",
    "program",
    "refund",
    "standing-order",
    "stripe",
    "transaction",
]


class Subject(str):
    """A kind and a reference, 'donation:<reference>': a text that cannot be changed, kept and compared as it stands.

    `Subject("donation", reference)` makes one and `Subject.parse(text)` reads one that was kept.
    """

    __slots__ = ()

    def __new__(cls, kind: Kind, reference: object) -> Self:
        """Join a kind and a reference, which may be a number or whatever else writes itself."""
        return super().__new__(cls, f"{kind}:{reference}")

    def __getnewargs__(self) -> tuple[Kind, str]:  # type: ignore[override]
        """What a copy is made of."""
        return self.kind, self.reference

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a subject that was kept; one without a colon has no reference. Books may have kinds unknown here."""
        return super().__new__(cls, text)

    @property
    def kind(self) -> Kind:
        """What kind of thing it is: what stands before the first colon."""
        return cast("Kind", self.partition(":")[0])

    @property
    def reference(self) -> str:
        """The public name of the thing, in which colons may stand; empty where there is none."""
        return self.partition(":")[2]

    @staticmethod
    def of(kind: Kind, column: Any) -> ColumnElement[str]:
        """The same in a question to the database: the subjects of rows, from the column that has their references."""
        return cast("ColumnElement[str]", literal(f"{kind}:") + column)

    @staticmethod
    def all_of(kind: Kind, column: Any) -> ColumnElement[bool]:
        """The condition that a column's subject is of this kind."""
        return cast("ColumnElement[bool]", column.like(f"{kind}:%"))


class SubjectText(TypeDecorator[Subject]):
    """A column of subjects: a text in the database, a `Subject` when it is read."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Subject | None:
        """Give back what was stored as a subject."""
        return None if value is None else Subject.parse(value)
