"""What names the content of a reading page: a few columns that change whenever what the page shows would change.

It is read for every reader, before anything else; whoever has the page with that identity is answered by it alone.

Reading past the Session: for the one question that every reader's request asks before anything else.

The Session's unit of work takes ten times as long as such a statement itself (`docs/performance.md`), so it is
compiled once and run by the driver's own cursor, on a connection of the same pool.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Engine,
    ScalarSelect,
    Select,
    String,
    Subquery,
    bindparam,
    cast,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased
from sqlalchemy.types import Date

from app import clock
from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.in_force import ranked
from app.articles.article import Article
from app.articles.reading import LATEST, shown
from app.database import Instant, db
from app.ledger.balances import Balance


def rows(statement: Callable[[], Select[*tuple[Any, ...]]], **values: object) -> Sequence[Any]:
    """The rows of the statement that `statement` makes; `values` are its parameters, as the driver wants them.

    Raises `OperationalError` whatever the driver says.
    """
    engine = db.engine
    sql, constants, order = _compiled(statement, engine.dialect.name)
    named = {**constants, **values}
    parameters: Any = named if order is None else [named[name] for name in order]
    try:
        with (
            closing(engine.raw_connection()) as connection,
            _alone(engine, connection.driver_connection),
            closing(connection.cursor()) as cursor,
        ):
            cursor.execute(sql, parameters)
            found: Sequence[Any] = cursor.fetchall()
            return found
    except engine.dialect.loaded_dbapi.Error as error:
        # A database that does not answer must look as it does through the Session: the interface says 503 to that.
        raise OperationalError(sql, None, error) from error


@contextmanager
def _alone(engine: Engine, connection: Any) -> Iterator[None]:
    """Run a statement outside any transaction, as SQLite does anyway.

    PostgreSQL's driver begins one otherwise. That takes two more round trips, and at its rollback the driver forgets
    every statement that the server has prepared: to plan this one anew takes ten times as long as to answer it.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    connection.autocommit = True
    try:
        yield
    finally:
        connection.autocommit = False


@cache
def _compiled(
    statement: Callable[[], Select[*tuple[Any, ...]]], _dialect: str
) -> tuple[str, dict[str, Any], Sequence[str] | None]:
    """The statement in the words of the database at hand, made once for each kind of database.

    With it come the parameters that it brings along, and their order where the driver wants them by place.
    """
    compiled = statement().compile(db.engine)
    order = getattr(compiled, "positiontup", None)
    return compiled.string, dict(compiled.params), order


class ArticleIdentity(NamedTuple):
    """The article's version; 'number:version' of its neighbours by posting; then what `AppealIdentity` has."""

    version: int
    before: str | None
    after: str | None
    appeal_id: int | None
    appeal_version: int | None
    moved: str | None

    @property
    def appeal(self) -> "AppealIdentity":
        """The appeal under it."""
        return AppealIdentity(self.appeal_id, self.appeal_version, self.moved)

    @property
    def number_before(self) -> int | None:
        """The number of the article posted before it."""
        return int(self.before.partition(":")[0]) if self.before else None

    @property
    def number_after(self) -> int | None:
        """The number of the article posted after it."""
        return int(self.after.partition(":")[0]) if self.after else None


class AppealIdentity(NamedTuple):
    """The appeal in force, and what its total is made of; all empty when none is in force."""

    appeal_id: int | None = None
    appeal_version: int | None = None
    moved: str | None = None


def of_article(number: int, day: date) -> ArticleIdentity | None:
    """What the article's page shows on a local day; `None` when there is no such article yet."""
    found = rows(_article, number=number, day=day.isoformat(), now=_now())
    return ArticleIdentity(*found[0]) if found else None


def of_appeal_in_force(day: date) -> AppealIdentity:
    """What a page shows of the appeal in force on a local day."""
    found = rows(_appeal, day=day.isoformat())
    return AppealIdentity(*found[0]) if found else AppealIdentity()


def of_latest() -> list[tuple[int, int]]:
    """Number and version of the latest articles, the newest first."""
    return [(number, version) for number, version in rows(_latest, now=_now())]


def _article() -> Select[*tuple[Any, ...]]:
    current = _in_force()
    return (
        select(Article.version, _neighbour(after=False), _neighbour(after=True), current.c.id, current.c.version)
        .add_columns(_moved(current))
        .select_from(Article)
        .outerjoin(current, true())
        .where(Article.number == bindparam("number"), shown(_moment()))
    )


def _appeal() -> Select[*tuple[Any, ...]]:
    current = _in_force()
    return select(current.c.id, current.c.version, _moved(current))


def _latest() -> Select[*tuple[Any, ...]]:
    newest_first = (Article.posted_at.desc(), Article.number.desc())
    return select(Article.number, Article.version).where(shown(_moment())).order_by(*newest_first).limit(LATEST)


def _moment() -> BindParameter[datetime]:
    return bindparam("now", type_=Instant())


def _now() -> str:
    """The present instant as both drivers take it: SQLite compares it, as text, with what `Instant` stores there."""
    return f"{clock.now():%Y-%m-%d %H:%M:%S.%f}+00:00"


def _in_force() -> Subquery:
    return ranked(select(Appeal.id, Appeal.version), bindparam("day", type_=Date)).subquery("in_force")


def _moved(appeal: Subquery) -> ScalarSelect[str]:
    """What went over the appeal's accounts, as a text: gifts in, gifts back, and how many."""
    sums = [cast(func.sum(column), String) for column in (Balance.out_minor, Balance.in_minor, Balance.gifts)]
    return (
        select(sums[0] + ":" + sums[1] + ":" + sums[2])
        .join(AppealAccount, AppealAccount.account_id == Balance.account_id)
        .where(AppealAccount.appeal_id == appeal.c.id)
        .correlate(appeal)
        .scalar_subquery()
    )


def _neighbour(*, after: bool) -> ScalarSelect[str]:
    """'number:version' of the article posted next after, or before, the one of the statement around it."""
    other = aliased(Article)
    here, there = tuple_(Article.posted_at, Article.number), tuple_(other.posted_at, other.number)
    order = (other.posted_at, other.number) if after else (other.posted_at.desc(), other.number.desc())
    return (
        select(cast(other.number, String) + ":" + cast(other.version, String))
        .where(there > here if after else there < here, other.draft.is_(False))
        # What was posted before this one is shown if this one is: a second bound would only lead the planner astray.
        .where(*([other.posted_at <= _moment()] if after else []))
        .order_by(*order)
        .limit(1)
        .correlate(Article)
        .scalar_subquery()
    )
