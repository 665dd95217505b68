"""The extensions that the whole program shares: the database and what its tables have in common, CSRF protection,
translations, migrations."""

from datetime import UTC, datetime

from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from app.subject import Subject, SubjectText

# SQLite numbers its rows only through a column declared INTEGER; PostgreSQL wants eight bytes for keys that grow.
Key = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; naive values are refused, because nobody could say what they mean."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC; SQLite stores it without the offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant on every database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table; the names of constraints are fixed so that migrations can speak of them."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: Instant(), Subject: SubjectText(120)},
    )


class DueWork:
    """A row that may be due for the worker: how often it has been tried, when again, until when somebody works on it,
    and why it did not work the last time. `app/worker/duties.py` keeps these columns; the row's state says what is due.
    """

    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


def partial_index(name: str | None, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of those rows alone for which `where` holds, in SQL that both databases read. A query is answered from
    it only when it says the same in the same words."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
babel = Babel()
csrf = CSRFProtect()
migrate = Migrate()
