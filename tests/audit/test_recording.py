"""The trail: what is written is never changed, details can be erased and not guessed, and long trails stay quick."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import DatabaseError

from app.audit import reading, trail
from app.audit.reading import TrailFilter, TrailPosition
from app.audit.trail import AuditDetail, AuditRecord
from app.database import db, writing
from app.ledger import erasure
from app.money import Money


def record(action: str = "donation.refunded", subject: str = "donation:abc", **said: object) -> AuditRecord:
    with writing():
        return trail.record(action, subject, **said)  # type: ignore[arg-type]


def told(**wanted: object) -> list[str]:
    return [each.record.action for each in reading.page(TrailFilter(**wanted), None, 100)[0]]  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_a_record_says_who_from_where_what_before_and_after(app: Flask) -> None:
    trail.begin(trail.Actor("person:mina", "203.0.113.7"))
    record(before={"amount": Money(2500, "gbp"), "on": date(2026, 7, 1)}, after={"roles": frozenset({"b", "a"})})
    trail.end()
    (found,) = reading.page(TrailFilter(), None, 10)[0]
    assert (found.record.by, found.record.subject) == ("person:mina", "donation:abc")
    assert found.details["from"] == "203.0.113.7"
    assert found.details["before"]["on"] == "2026-07-01"
    assert found.details["after"] == {"roles": ["a", "b"]}


def test_without_an_interface_the_operator_is_at_work(app: Flask) -> None:
    assert record().by == "operator"


def test_the_hash_of_the_details_is_in_the_record_and_cannot_be_guessed_from_them(app: Flask) -> None:
    first, second = record(after={"name": "Mina"}), record(after={"name": "Mina"})
    body = db.session.scalars(select(AuditDetail.body).where(AuditDetail.record_id == first.id)).one()
    assert first.digest == hashlib.sha256(body.encode()).hexdigest()
    assert first.digest != second.digest


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_records SET action = 'nothing'",
        "DELETE FROM audit_records",
        "UPDATE audit_details SET body = '{}'",
        "INSERT OR REPLACE INTO audit_records SELECT * FROM audit_records",
        "TRUNCATE audit_records CASCADE",
    ],
)
def test_the_database_refuses_to_change_the_trail(app: Flask, statement: str) -> None:
    sqlite = db.engine.dialect.name == "sqlite"
    if ("OR REPLACE" in statement and not sqlite) or ("TRUNCATE" in statement and sqlite):
        pytest.skip("this database has no such statement")
    record(after={"name": "Mina"})
    with pytest.raises(DatabaseError, match="never changed"), writing():
        db.session.execute(text(statement))
    assert told() == ["donation.refunded"]


@pytest.mark.both_databases
def test_details_can_be_erased_and_the_record_stays(app: Flask) -> None:
    record(after={"name": "Mina"})
    record(subject="donation:other", after={"name": "Jonathan"})
    with writing():
        theirs = trail.about(["donation:abc"])
        erasure.record("audit", theirs, by="operator")
        trail.forget(theirs)
    found = {each.record.subject: each for each in reading.page(TrailFilter(), None, 10)[0]}
    assert found["donation:abc"].erased
    assert found["donation:abc"].details == {}
    assert not found["donation:other"].erased


def test_the_trail_is_narrowed_by_who_what_about_and_when(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, by, action, subject in (
        (1, "person:mina", "person.signed_in", "person:mina"),
        (2, "person:mina", "donation.refunded", "donation:abc"),
        (3, "person:john", "donation.refunded", "donation:def"),
    ):
        monkeypatch.setattr("app.clock.now", lambda day=day: datetime(2026, 7, day, 12, tzinfo=UTC))
        trail.begin(trail.Actor(by))
        record(action, subject)
    trail.end()
    assert told() == ["donation.refunded", "donation.refunded", "person.signed_in"]
    assert told(by="person:mina") == ["donation.refunded", "person.signed_in"]
    assert told(action="person.signed_in") == ["person.signed_in"]
    assert told(subject="donation:def") == ["donation.refunded"]
    assert told(since=datetime(2026, 7, 2, tzinfo=UTC), until=datetime(2026, 7, 3, tzinfo=UTC)) == ["donation.refunded"]


@pytest.mark.both_databases
@pytest.mark.parametrize("size", [1, 2, 3, 5, 12, 40])
def test_pages_of_any_size_hold_every_record_once(app: Flask, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Several records share an instant, and pages end in the middle of them."""
    for number in range(12):
        monkeypatch.setattr("app.clock.now", lambda number=number: datetime(2026, 7, 1, number // 4, tzinfo=UTC))
        record(subject=f"donation:{number}")
    found: list[str] = []
    begin: TrailPosition | None = None
    while True:
        page, after = reading.page(TrailFilter(), begin, size)
        found += [each.record.subject for each in page]
        if after is None:
            break
        begin = reading.place(str(after))
        assert begin == after
    assert found == [f"donation:{number}" for number in reversed(range(12))]
    assert [each.record.subject for each in reading.all_of_them(TrailFilter())] == found


@pytest.mark.parametrize(
    "nonsense",
    ["", "yesterday", "2026-07-01T00:00:00~1", "2026-07-01T00:00:00+00:00~-1", "~", "0001-01-01T00:00:00+14:00~0"],
)
def test_an_address_that_names_no_place_is_no_place(nonsense: str) -> None:
    assert reading.place(nonsense) is None


def test_a_page_is_one_query_however_long_the_trail_is(app: Flask) -> None:
    for number in range(30):
        record(subject=f"donation:{number}")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    reading.page(TrailFilter(), None, 10)
    assert len([each for each in asked if each.startswith("SELECT")]) == 1
