"""Issuing: numbers without a gap, one series a local year, and facts that never change again."""

import hashlib
import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.database import db, writing
from app.receipts import filing, issuing
from app.receipts.facts import thawed
from app.receipts.receipt import Receipt
from tests.cast import an_appeal
from tests.receipts.stage import a_due_receipt, some_facts

DRAFT = some_facts(number="", issued_on="", issued_at="")


def issue(receipt_id: int) -> Receipt:
    with writing():
        issuing.issue(receipt_id, DRAFT)
    return db.session.get_one(Receipt, receipt_id, populate_existing=True)


def issue_and_fail(receipt_id: int) -> None:
    with writing():
        issuing.issue(receipt_id, DRAFT)
        raise ZeroDivisionError


@pytest.fixture
def at(monkeypatch):
    """Sets the clock to an instant in UTC."""
    return lambda *when: monkeypatch.setattr(clock, "now", lambda: datetime(*when, tzinfo=UTC))


@pytest.mark.both_databases
def test_issuing_numbers_a_receipt_and_freezes_what_it_says(app, at):
    receipt = a_due_receipt()
    at(2026, 11, 22, 14, 0)
    receipt = issue(receipt.id)
    facts = thawed(receipt.facts, receipt.personal)
    assert (receipt.state, receipt.series, receipt.number) == ("issued", "2026", 1)
    assert (facts.number, facts.issued_on, facts.donor) == ("2026-000001", "2026-11-22", "Łucja Okoń")
    assert receipt.facts_sha256 == hashlib.sha256(receipt.facts.encode()).hexdigest()
    assert receipt.personal_sha256 == hashlib.sha256(receipt.personal.encode()).hexdigest()
    assert facts.parted() == (receipt.facts, receipt.personal)
    assert "Łucja" not in receipt.facts


@pytest.mark.both_databases
def test_the_same_name_never_has_the_same_hash_twice(app):
    appeal = an_appeal()
    first, second = (issue(a_due_receipt(appeal, nonce).id) for nonce in ("one", "two"))
    assert first.personal_sha256 != second.personal_sha256


@pytest.mark.both_databases
def test_an_issued_receipt_stays_as_it_is_when_it_is_issued_again(app):
    receipt = issue(a_due_receipt().id)
    before = (receipt.number, receipt.facts, receipt.issued_at)
    receipt = issue(receipt.id)
    assert (receipt.number, receipt.facts, receipt.issued_at) == before


@pytest.mark.both_databases
def test_a_number_that_is_taken_back_is_the_next_one_given(app):
    appeal = an_appeal()
    first, second = a_due_receipt(appeal, "one"), a_due_receipt(appeal, "two")
    with pytest.raises(ZeroDivisionError):
        issue_and_fail(first.id)
    assert issue(second.id).number == 1
    assert issue(first.id).number == 2


@pytest.mark.both_databases
def test_numbers_have_no_gap_and_no_double_when_many_issue_at_once_and_some_fail(app):
    appeal = an_appeal()
    receipts = [a_due_receipt(appeal, f"nonce-{n}").id for n in range(24)]
    start = threading.Barrier(6)

    def work(own: list[int]) -> None:
        with app.app_context():
            start.wait()
            for place, receipt_id in enumerate(own):
                if place % 2:
                    with pytest.raises(ZeroDivisionError):
                        issue_and_fail(receipt_id)
                with writing():
                    issuing.issue(receipt_id, DRAFT)

    # Every receipt is in two hands, as when a lease has run out.
    hands = [threading.Thread(target=work, args=(receipts[n % 3 :: 3],)) for n in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    db.session.rollback()
    assert sorted(db.session.scalars(select(Receipt.number))) == list(range(1, 25))


def test_the_series_is_the_year_of_the_local_day(app, at):
    appeal = an_appeal()
    receipts = [a_due_receipt(appeal, nonce) for nonce in ("one", "two", "three")]
    at(2026, 12, 31, 23, 59)
    assert issue(receipts[0].id).series == "2026"
    at(2027, 1, 1, 0, 0)
    assert issue(receipts[1].id).series == "2027"
    assert issue(receipts[2].id).number == 2


def test_midnight_is_the_local_one(app, at, monkeypatch):
    appeal = an_appeal()
    summer, winter = a_due_receipt(appeal, "one"), a_due_receipt(appeal, "two")
    at(2026, 6, 30, 23, 30)
    assert thawed(issue(summer.id).facts).issued_on == "2026-07-01"
    monkeypatch.setattr(clock, "_local_zone", ZoneInfo("Asia/Kolkata"))
    at(2026, 12, 31, 18, 30)
    assert thawed(issue(winter.id).facts).number == "2027-000001"


def test_a_year_that_turns_while_a_number_is_taken_costs_no_number(app, monkeypatch):
    appeal = an_appeal()
    receipt = a_due_receipt(appeal)
    times = iter([datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)])
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: next(times, new_year))
    with pytest.raises(issuing.YearTurned), writing():
        issuing.issue(receipt.id, DRAFT)
    assert thawed(issue(receipt.id).facts).number == "2027-000001"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE receipts SET number = 7",
        "UPDATE receipts SET facts = '{}'",
        "UPDATE receipts SET facts_sha256 = 'x'",
        "UPDATE receipts SET reference = 'x'",
        "UPDATE receipts SET place = 2",
        "UPDATE receipts SET state = 'due'",
        "DELETE FROM receipts",
        "UPDATE receipt_files SET pdf = sha256",
        "DELETE FROM receipt_files",
    ],
)
def test_the_database_itself_keeps_an_issued_receipt_as_it_is(app, statement):
    receipt = issue(a_due_receipt().id)
    with writing():
        filing.file(receipt.id, b"%PDF")
    if "pdf = sha256" in statement and db.engine.dialect.name == "postgresql":
        statement = statement.replace("sha256", "'x'::bytea")
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text(statement))


@pytest.mark.both_databases
def test_a_receipt_that_has_a_pdf_keeps_it(app):
    receipt = issue(a_due_receipt().id)
    for pdf in (b"%PDF first", b"%PDF second"):
        with writing():
            filing.file(receipt.id, pdf)
    _receipt, file = filing.find(receipt.reference)
    assert file.pdf == b"%PDF first"
