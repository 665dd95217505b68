"""The last trip: what fails on it is raised by the commit, and the connection is itself again afterwards."""

import psycopg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.database import db, writing
from app.ledger import balances, verifying
from app.ledger.balances import Balance
from tests import postgresql
from tests.ledger.entering import a_gift, enter, held_by_stripe, income

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]


def test_a_balance_that_cannot_be_added_to_undoes_the_whole_unit(monkeypatch):
    a_gift("test:1")
    with monkeypatch.context() as patch:
        patch.setattr(balances, "_ADD", insert(Balance.__table__))
        with pytest.raises(IntegrityError):
            a_gift("test:2")
    a_gift("test:3")
    with writing():
        assert balances.of([income()])[income()].gifts == 2
    assert verifying.faults() == []


def test_what_a_savepoint_undoes_is_not_added_and_what_was_before_it_is():
    with writing() as session:
        enter("test:1", [(income(), held_by_stripe(), 100)])
        undone = session.begin_nested()
        enter("test:2", [(income(), held_by_stripe(), 20)])
        undone.rollback()
        with session.begin_nested():
            enter("test:3", [(income(), held_by_stripe(), 3)])
    assert balances.of([income()])[income()] == balances.Sums(103, 0, 2)
    assert verifying.faults() == []


def test_other_rows_of_the_unit_are_flushed_on_the_trip_too():
    with writing():
        enter("test:1", [(income(), held_by_stripe(), 100)])
        db.session.add(Balance(account_id=income("eur"), out_minor=0, in_minor=0, gifts=0))
    assert balances.of([income("eur")])


class TestOnPostgresql:
    @pytest.fixture(autouse=True)
    def _on_postgresql(self, engine_name):
        if engine_name == "sqlite":
            pytest.skip("nobody travels to SQLite")

    def test_the_connection_waits_for_each_answer_again_afterwards(self):
        a_gift()
        status = db.session.connection().connection.driver_connection.info.pipeline_status
        assert status is psycopg.pq.PipelineStatus.OFF

    def test_a_server_that_goes_away_before_the_trip_is_an_error_and_the_next_unit_finds_it_again(self):
        def lose_the_server(session):
            enter("test:1", [(income(), held_by_stripe(), 100)])
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            address = postgresql.server().set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

        with pytest.raises(DBAPIError), writing() as session:
            lose_the_server(session)
        db.session.remove()
        a_gift("test:2")
        assert verifying.faults() == []
