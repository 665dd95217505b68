"""Names that come while their namesakes go, on PostgreSQL: two transactions at once leave the index as one after the
other would. SQLite takes one writer at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, delete, insert, select, text, update

from app.database import db
from app.donations.donation import Donation
from app.donors.donor import Donor
from app.donors.name_words import NameWord, WordPart, has_name
from tests.cast import a_gift, a_pledge, an_appeal

pytestmark = pytest.mark.both_databases

Step = Callable[[Connection, str], None]


@pytest.fixture
def database(app: Flask, database_url: str) -> Iterator[Engine]:
    """Connections on which the test itself says when a transaction begins and ends."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite takes one writer at a time")
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def come(connection: Connection, name: str) -> None:
    connection.execute(insert(Donor).values(name=name))


def go(connection: Connection, name: str) -> None:
    gone = {"name": None, "name_key": None}
    connection.execute(update(Donor).where(Donor.name == name).values(**gone))
    connection.execute(update(Donation).where(Donation.name == name).values(**gone))


@contextmanager
def meanwhile(database: Engine, step: Step, name: str, *, commit: bool = True) -> Iterator[None]:
    """Do something in a transaction of its own that is still open while the block runs, and ends with it."""
    with database.connect() as connection:
        step(connection, name)
        yield
        connection.commit() if commit else connection.rollback()


class Beside:
    """Something done in a second transaction, in a thread of its own: it may have to wait for the first."""

    def __init__(self, database: Engine, step: Step, name: str) -> None:
        self.failed: list[Exception] = []
        self._database = database
        self._pid: list[int] = []
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._do, args=(step, name))
        self._thread.start()

    def _do(self, step: Step, name: str) -> None:
        with self._database.connect() as connection:
            self._pid.append(connection.scalar(text("SELECT pg_backend_pid()")))
            self._begun.set()
            try:
                step(connection, name)
                connection.commit()
            except Exception as error:
                self.failed.append(error)

    def until_it_waits_or_ends(self) -> None:
        """Come back once it can do no more without the other transaction."""
        self._begun.wait()
        waits = text("SELECT count(*) FROM pg_locks WHERE pid = :pid AND NOT granted")
        with self._database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while self._thread.is_alive() and not connection.scalar(waits, {"pid": self._pid[0]}):
                self._thread.join(0.01)

    def end(self) -> None:
        self._thread.join()
        assert self.failed == []


def both(database: Engine, first: tuple[Step, str], second: tuple[Step, str]) -> None:
    """The first step is taken and not committed yet when the second begins."""
    with meanwhile(database, *first):
        other = Beside(database, *second)
        other.until_it_waits_or_ends()
    other.end()


def there(database: Engine, *names: str) -> None:
    with database.begin() as connection:
        for name in names:
            come(connection, name)


def found(typed: str) -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Donor.name).where(has_name(Donor.name_key, typed))))


def left() -> tuple[set[str], set[str]]:
    db.session.rollback()
    return set(db.session.scalars(select(NameWord.name_key))), set(db.session.scalars(select(WordPart.word)))


def test_somebody_who_comes_while_the_last_namesake_goes_is_found(database: Engine) -> None:
    there(database, "Ada Byron")
    both(database, (come, "Ada Byron"), (go, "Ada Byron"))
    assert found("yron") == ["Ada Byron"]


def test_somebody_who_comes_after_the_last_namesake_went_and_before_that_is_committed_is_found(
    database: Engine,
) -> None:
    there(database, "Ada Byron")
    both(database, (go, "Ada Byron"), (come, "Ada Byron"))
    assert found("yron") == ["Ada Byron"]


def test_a_gift_that_is_pledged_while_its_last_namesake_goes_is_found(database: Engine) -> None:
    a_pledge(an_appeal(), "n1", a_gift(name="Ada Byron"))
    with meanwhile(database, come, "Ada Byron"):
        other = Beside(database, go, "Ada Byron")
        other.until_it_waits_or_ends()
    other.end()
    assert left()[0] == {"ada byron"}


@pytest.mark.parametrize("first_goes", [True, False])
def test_a_word_that_comes_with_another_name_stays_when_the_last_name_with_it_goes(
    database: Engine, first_goes: bool
) -> None:
    there(database, "Ada Byron")
    steps = [(go, "Ada Byron"), (come, "George Byron")]
    both(database, *(steps if first_goes else reversed(steps)))
    assert found("yron") == ["George Byron"]
    assert left() == ({"george byron"}, {"george", "byron"})


def test_of_two_namesakes_who_go_at_once_nothing_is_left(database: Engine) -> None:
    there(database, "Ada Byron")
    a_pledge(an_appeal(), "n1", a_gift(name="Ada Byron"))

    def erase_the_donor(connection: Connection, name: str) -> None:
        connection.execute(delete(Donor).where(Donor.name == name))

    def erase_the_gift(connection: Connection, name: str) -> None:
        connection.execute(update(Donation).where(Donation.name == name).values(name=None, name_key=None))

    both(database, (erase_the_donor, "Ada Byron"), (erase_the_gift, "Ada Byron"))
    assert left() == (set(), set())


def test_of_two_names_with_one_word_that_go_at_once_nothing_is_left(database: Engine) -> None:
    there(database, "Ada Byron", "George Byron")
    both(database, (go, "Ada Byron"), (go, "George Byron"))
    assert left() == (set(), set())


def test_an_erasure_that_is_undone_leaves_the_words(database: Engine) -> None:
    there(database, "Ada Byron")
    with meanwhile(database, go, "Ada Byron", commit=False):
        other = Beside(database, come, "Ada Byron")
        other.until_it_waits_or_ends()
    other.end()
    assert found("yron") == ["Ada Byron"] * 2


def test_nobody_waits_for_a_namesake_who_comes_at_the_same_time(database: Engine) -> None:
    there(database, "Ada Byron")
    with meanwhile(database, come, "Ada Byron"), database.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        come(connection, "Ada Byron")
    assert found("yron") == ["Ada Byron"] * 3


def test_names_are_looked_up_along_their_indexes_in_tables_that_were_empty_when_asked_first(database: Engine) -> None:
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("name_words", "word_parts", "donations", "donors"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
    with database.begin() as connection:
        for number in range(40):
            come(connection, f"Giver {number}")
        connection.execute(update(Donor).where(Donor.name == "Giver 7").values(name=None, name_key=None))
        read_through = text(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables "
            "WHERE relname IN ('name_words', 'word_parts', 'donations') AND seq_scan > 0"
        )
        assert connection.execute(read_through).all() == []
