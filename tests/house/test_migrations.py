"""The migrations: one line of history that goes up and down again, and ends where the models are."""

import re
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from app import clock, create_app
from app.audit import trail
from app.bank import taking_in
from app.bank.booking import UNIDENTIFIED
from app.bank.formats.contents import ReadFile, ReadLine
from app.bank.statement import BankLine
from app.config import Settings
from app.database import Base, db, writing
from app.ledger import seals
from app.ledger.chain import Head
from app.money import Money
from app.reconciliation.bank import confirming
from app.reconciliation.verification import checks
from app.reconciliation.verification.checks import SEALED
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import a_count, a_gift_by, a_transfer_booked_early

POSTGRESQL_SCHEMA = (
    """SELECT 'column', table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    """SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'""",
    """SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal""",
    """SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    """SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'public'""",
)


@pytest.fixture
def migrated(settings: Settings) -> Iterator[Flask]:
    """The application on its migrated database, without the tests' ban on writes outside writing units."""
    application = create_app(settings)
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def schema() -> list[str]:
    """Everything the database is made of: tables with their columns and constraints, views, triggers, functions."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Spaces and quotes differ where SQLite rewrote a table; neither means anything.
            found = connection.execute(
                text("SELECT type, name, sql FROM sqlite_master WHERE name <> 'alembic_version'")
            )
            rows = [(kind, name, re.sub(r'[\s"]+', "", sql or "")) for kind, name, sql in found]
            return sorted(" ".join(row) for row in rows if "autoindex" not in row[1] and "alembic" not in row[1])
        rows = [tuple(map(str, row)) for query in POSTGRESQL_SCHEMA for row in connection.execute(text(query))]
        return sorted(" ".join(row) for row in rows if "alembic_version" not in row[1])


def test_their_history_is_one_line(migrated: Flask) -> None:
    scripts = ScriptDirectory(migrated.extensions["migrate"].directory)
    history = list(scripts.walk_revisions())[::-1]
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert [script.revision for script in history] == [f"{number + 1:04}" for number in range(len(history))]
    assert [script.down_revision for script in history[1:]] == [script.revision for script in history[:-1]]
    assert all(script.path.rsplit("/", 1)[1].startswith(f"{script.revision}_") for script in history)


@pytest.mark.both_databases
@pytest.mark.usefixtures("migrated")
def test_they_end_where_the_models_are() -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.both_databases
@pytest.mark.usefixtures("migrated")
def test_down_and_up_again_leaves_the_same_schema() -> None:
    before = schema()
    assert any(line.startswith("trigger") for line in before)
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    assert schema() == []
    upgrade()
    assert schema() == before


@pytest.mark.both_databases
@pytest.mark.usefixtures("migrated")
def test_books_with_promises_and_counted_cash_go_below_the_release_that_brought_them_and_come_back() -> None:
    appeal = an_appeal()
    a_count(appeal)
    a_gift_by("bank-transfer", appeal)
    a_transfer_booked_early(appeal, submission="early")
    gifts = text("SELECT state, method, amount_minor FROM donations ORDER BY id")
    sheets = text("SELECT amount_minor FROM count_sheets")
    before = [db.session.execute(each).all() for each in (gifts, sheets)]
    db.session.remove()
    downgrade(revision="0020")
    assert "expected_on" not in {each["name"] for each in inspect(db.engine).get_columns("gifts_by_hand")}
    upgrade()
    assert [db.session.execute(each).all() for each in (gifts, sheets)] == before
    assert db.session.scalar(text("SELECT named_minor FROM count_sheets")) == 0
    with pytest.raises(DBAPIError, match="reversed, never changed"), db.engine.begin() as connection:
        connection.execute(text("UPDATE count_sheets SET named_minor = 1"))


@pytest.mark.both_databases
@pytest.mark.usefixtures("migrated")
def test_books_go_below_the_release_that_renamed_tables_and_come_back_as_they_were() -> None:
    account, by = a_bank_account(), "person:ada"
    with writing():
        trail.record("month.closed", "month:2026-06", after={"day": "2026-06-30"})
        lines = [ReadLine(row, clock.today(), Money(700, "gbp"), f"Gift {row}") for row in (1, 2)]
        taking_in.take_in(account, ReadFile("csv", lines), b"a file", by)
    for line in db.session.scalars(select(BankLine.reference).order_by(BankLine.id)).all():
        with writing():
            confirming.otherwise(line, UNIDENTIFIED, by)
    with writing():
        confirming.undo(line, by)
    kinds = text("SELECT kind FROM bank_matches ORDER BY id")
    with writing():
        seals.seal_all(SEALED)
    head = Head(*seals.head())
    renamed = [text(f"SELECT * FROM {each} ORDER BY 1") for each in ("audit_records", "audit_details", "bank_matches")]
    before = [db.session.execute(each).all() for each in renamed]
    db.session.remove()
    downgrade(revision="0032")
    assert db.session.scalars(kinds).all() == ["aside", "aside"]
    assert db.session.execute(text("SELECT deed_id, body FROM deed_details")).all() == before[1]
    for change in ("UPDATE deeds SET action = 'x'", "UPDATE deed_details SET body = 'x'", "DELETE FROM deed_details"):
        with pytest.raises(DBAPIError, match="never changed"), writing():
            db.session.execute(text(change))
    db.session.remove()
    upgrade()
    assert db.session.scalars(kinds).all() == ["unidentified", "unidentified"]
    assert [db.session.execute(each).all() for each in renamed] == before
    assert list(checks.faults(heads=[head])) == []
    for change, why in (
        ("UPDATE audit_records SET action = 'x'", "never changed"),
        ("DELETE FROM audit_records", "never changed"),
        ("UPDATE audit_details SET body = 'x'", "never changed"),
        ("DELETE FROM audit_details", "never changed"),
        ("UPDATE bank_matches SET kind = 'gift'", "append-only"),
    ):
        with pytest.raises(DBAPIError, match=why), writing():
            db.session.execute(text(change))
