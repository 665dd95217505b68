"""Learning of commits, on both databases, and after the server has gone away and come back."""

import asyncio
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from app.database import db
from app.live.listening import listener
from tests.cast import an_appeal
from tests.live.site import give

PATIENCE = 20
SLUG = "press-fund"


def give_elsewhere(app: Flask) -> None:
    with app.app_context():
        give(100, SLUG)


class Heard:
    """How often something was heard, and waiting for the next time."""

    def __init__(self) -> None:
        self.times = 0
        self._again = asyncio.Event()

    def __call__(self) -> None:
        self.times += 1
        self._again.set()

    async def again(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._again.wait()
        self._again.clear()


@pytest.mark.both_databases
def test_a_commit_of_moved_balances_is_heard(app: Flask, database_url: str) -> None:
    an_appeal(SLUG)
    db.session.remove()

    async def scenario() -> None:
        heard = Heard()
        listening = asyncio.create_task(listener(make_url(database_url))(heard))
        await heard.again()
        for _ in range(2):
            await asyncio.to_thread(give_elsewhere, app)
            await heard.again()
        listening.cancel()
        await asyncio.wait([listening])
        # Once when it began to listen, and then for each of the two; a commit may be heard twice.
        assert heard.times >= 3

    asyncio.run(scenario())


def test_nothing_is_heard_while_nothing_is_committed(app: Flask, database_url: str) -> None:
    async def scenario() -> None:
        heard = Heard()
        listening = asyncio.create_task(listener(make_url(database_url))(heard))
        await heard.again()
        # Some looks later.
        await asyncio.sleep(0.3)
        assert heard.times == 1
        listening.cancel()
        await asyncio.wait([listening])

    asyncio.run(scenario())


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Any) -> None:
    async def scenario() -> None:
        heard = Heard()
        listening = asyncio.create_task(listener(make_url(f"sqlite:///{tmp_path}/later.sqlite3"))(heard))
        await asyncio.sleep(0.1)
        assert (heard.times, listening.done()) == (0, False)
        (tmp_path / "later.sqlite3").touch()
        await heard.again()
        listening.cancel()
        await asyncio.wait([listening])

    asyncio.run(scenario())


@pytest.mark.both_databases
def test_a_listener_whose_server_went_away_listens_again(app: Flask, database_url: str) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    an_appeal(SLUG)
    db.session.remove()
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)

    def cut() -> int:
        with psycopg.connect(address, autocommit=True) as operator:
            return operator.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            ).fetchone()[0]  # type: ignore[index]

    async def scenario() -> None:
        heard = Heard()
        listening = asyncio.create_task(listener(make_url(database_url))(heard))
        await heard.again()
        assert await asyncio.to_thread(cut) == 1
        # It says so itself when it listens again, for something may have been missed.
        await heard.again()
        await asyncio.to_thread(give_elsewhere, app)
        await heard.again()
        listening.cancel()
        await asyncio.wait([listening])

    asyncio.run(scenario())
