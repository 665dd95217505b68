"""Entries: the database itself refuses to change what is written, on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.database import db, writing
from app.ledger import verifying
from app.ledger.entries import Entry, Transfer
from tests.ledger.entering import a_gift, held_by_stripe

both = pytest.mark.both_databases

COLUMNS = "source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by"
CHANGES = {
    "entries": {
        "id": "77", "source": "'x'", "kind": "'x'", "subject": "'x'", "memo": "'x'", "lines": "2",
        "occurred_at": "recorded_at", "recorded_at": "occurred_at", "booked_on": "'2020-01-01'", "reverses_id": "id",
        "recorded_by": "'x'",
    },
    "transfers": {
        "entry_id": "77", "line": "2", "from_account_id": "to_account_id", "to_account_id": "from_account_id",
        "currency": "'eur'", "amount_minor": "1",
    },
    "accounts": {"id": "77", "code": "'x:gbp'", "kind": "'expense'", "currency": "'eur'"},
}  # fmt: skip

EVERYWHERE = [
    "UPDATE entries SET memo = memo",
    "DELETE FROM entries",
    "DELETE FROM transfers",
    "DELETE FROM transfers WHERE line = 1",
    "DELETE FROM accounts",
    "INSERT INTO transfers SELECT entry_id, 2, from_account_id, to_account_id, currency, 1 FROM transfers",
    "INSERT INTO transfers SELECT entry_id, 0, from_account_id, to_account_id, currency, 1 FROM transfers",
    "INSERT INTO transfers SELECT entry_id, 1, from_account_id, to_account_id, currency, 1 FROM transfers",
    "INSERT INTO transfers SELECT 777, 1, from_account_id, to_account_id, currency, 1 FROM transfers",
    f"INSERT INTO entries (id, {COLUMNS}) SELECT 77, {COLUMNS} FROM entries",
    f"INSERT INTO entries ({COLUMNS}) SELECT {COLUMNS.replace('source', repr('y')).replace('lines', '0')} FROM entries",
]

SQLITE = [
    f"INSERT OR REPLACE INTO entries (id, {COLUMNS}) SELECT id, {COLUMNS.replace('memo', repr('x'))} FROM entries",
    f"INSERT OR REPLACE INTO entries ({COLUMNS}) SELECT {COLUMNS.replace('memo', repr('x'))} FROM entries",
    "REPLACE INTO transfers SELECT entry_id, line, from_account_id, to_account_id, currency, 1 FROM transfers",
    "REPLACE INTO transfers SELECT entry_id, line, to_account_id, from_account_id, currency, 5 FROM transfers",
    "UPDATE OR REPLACE entries SET memo = 'x'",
    "INSERT OR REPLACE INTO accounts SELECT id, code, name, 'expense', currency FROM accounts",
    "REPLACE INTO accounts (code, name, kind, currency) SELECT code, name, 'expense', currency FROM accounts",
    "INSERT INTO transfers SELECT * FROM transfers WHERE 1 ON CONFLICT (entry_id, line) DO UPDATE SET amount_minor = 1",
]

POSTGRESQL = [
    "TRUNCATE entries CASCADE",
    "TRUNCATE transfers",
    "TRUNCATE accounts CASCADE",
    "INSERT INTO transfers SELECT * FROM transfers ON CONFLICT (entry_id, line) DO UPDATE SET amount_minor = 1",
    "MERGE INTO transfers t USING transfers o ON t.line = o.line WHEN MATCHED THEN UPDATE SET amount_minor = 1",
    "MERGE INTO transfers t USING transfers o ON t.line = o.line WHEN MATCHED THEN DELETE",
]


def the_books():
    db.session.rollback()
    return db.session.execute(text("SELECT * FROM ledger_lines ORDER BY account")).all()


@both
def test_the_database_itself_refuses_to_change_what_is_written(app, engine_name, subtests):
    a_gift()
    before = the_books()
    changes = [
        f"UPDATE {table} SET {column} = {value}"
        for table, columns in CHANGES.items()
        for column, value in columns.items()
    ]
    assert {table: set(db.metadata.tables[table].columns.keys()) for table in CHANGES} == {
        table: {*columns, "name"} if table == "accounts" else set(columns) for table, columns in CHANGES.items()
    }
    for statement in changes + EVERYWHERE + (SQLITE if engine_name == "sqlite" else POSTGRESQL):
        with subtests.test(statement):
            with pytest.raises(DBAPIError), writing() as session:
                session.execute(text(statement))
            assert the_books() == before
    assert verifying.faults() == []


@both
def test_the_books_can_be_read_line_by_line(app):
    a_gift("stripe:ch_1:received", minor=2500)
    a_gift(
        "stripe:ch_2:received", minor=700, kind="other", subject="charge:ch_2", memo="charge that no donation claims"
    )
    rows = db.session.execute(text("SELECT * FROM ledger_lines ORDER BY entry_id, account")).mappings().all()
    assert [(row["source"], row["account"], row["account_kind"], row["amount_minor"]) for row in rows] == [
        ("stripe:ch_1:received", "assets:stripe:gbp", "asset", 2500),
        ("stripe:ch_1:received", "income:appeal:a:gbp", "income", -2500),
        ("stripe:ch_2:received", "assets:stripe:gbp", "asset", 700),
        ("stripe:ch_2:received", "income:appeal:a:gbp", "income", -700),
    ]
    assert set(rows[0]) == {
        "entry_id", "source", "kind", "subject", "memo", "account", "account_kind", "currency", "amount_minor",
        "occurred_at", "recorded_at", "booked_on",
    }  # fmt: skip
    assert {row["currency"] for row in rows} == {"gbp"}


@both
def test_an_entrys_transfers_come_with_it(app):
    entry = db.session.get(Entry, a_gift())
    assert [each.to_account_id for each in entry.transfers] == [held_by_stripe()]
    assert db.session.scalars(select(Transfer.entry_id)).all() == [entry.id]
