"""Count sheets: two people count, the total is theirs, and it is in the appeal's raised at once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app import clock
from app.appeals import raised
from app.database import db, writing
from app.donations import by_hand
from app.donations.count_sheet import CountSheet
from app.ledger import verifying
from app.ledger.entries import Entry
from app.money import Money
from app.offline import counts
from app.offline.counts import Count
from tests.cast import an_appeal
from tests.offline.hands import COUNTERS, a_branch, a_count, held, raised_by

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.both_databases
def test_what_was_counted_is_raised_at_once_and_is_no_gift_by_number():
    appeal = an_appeal()
    sheet = a_count(appeal, {1000: 2, 50: 3, 1: 7})
    assert sheet.state == "counted"
    assert raised_by(appeal) == (2157, 0)
    assert held("assets:cash:gbp") == 2157
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.source, entry.kind) == (f"count:{sheet.reference}", "cash")
    assert verifying.faults() == []


def test_the_same_form_sent_twice_is_one_sheet():
    appeal = an_appeal()
    assert a_count(appeal).id == a_count(appeal).id
    assert raised_by(appeal) == (1300, 0)


def test_a_branch_counts_on_its_own_account_and_the_appeal_raises_it():
    appeal, branch = an_appeal(), a_branch()
    a_count(appeal, branch_id=branch.id)
    assert held(f"income:appeal:{appeal.reference}:{branch.reference}:gbp") == -1300
    assert raised_by(appeal) == (1300, 0)
    assert raised.by(appeal).amount == Money(1300, "gbp")


@pytest.mark.parametrize(
    "counters", [("Ida Brandt", "ida  brandt"), ("Ida", "Ida"), ("", "Tomos"), ("Ida", "  "), ("Straße", "STRASSE")]
)
def test_one_person_cannot_count_twice(counters):
    appeal = an_appeal()
    with pytest.raises(counts.OneCounter), writing():
        counts.count(appeal, Count("Square", clock.today(), counters, {100: 1}), submission="x", by="treasurer")
    assert db.session.scalar(select(func.count()).select_from(CountSheet)) == 0


@pytest.mark.parametrize("pieces", [{}, {100: 0}])
def test_a_sheet_without_a_coin_is_refused(pieces):
    appeal = an_appeal()
    with pytest.raises(counts.NothingCounted), writing():
        counts.count(appeal, Count("Square", clock.today(), COUNTERS, pieces), submission="x", by="treasurer")


@pytest.mark.parametrize("pieces", [{300: 1}, {100: -1}, {100: counts.MOST_PIECES + 1}])
def test_a_coin_that_does_not_exist_or_an_impossible_number_is_refused(pieces):
    with pytest.raises(counts.NotAPiece):
        counts.total(pieces, "gbp")


def test_nothing_is_counted_tomorrow():
    appeal = an_appeal()
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(by_hand.NotYet), writing():
        counts.count(appeal, Count("Square", tomorrow, COUNTERS, {100: 1}), submission="x", by="treasurer")


def test_a_collection_of_last_week_is_booked_on_its_day():
    day = clock.today() - timedelta(days=7)
    a_count(an_appeal(), day=day)
    assert db.session.scalars(select(Entry.booked_on)).one() == day


@pytest.mark.both_databases
@pytest.mark.parametrize("change", ["amount_minor = 1", "pieces = '[]'", "place = 'Elsewhere'", "branch_id = NULL"])
def test_the_database_keeps_a_sheet_as_it_was_counted(change):
    a_count(an_appeal())
    with pytest.raises(DBAPIError, match="reversed, never changed"), writing() as session:
        session.connection().exec_driver_sql(f"UPDATE count_sheets SET {change}")
    with pytest.raises(DBAPIError, match="reversed, never changed"), writing() as session:
        session.connection().exec_driver_sql("DELETE FROM count_sheets")


@pytest.mark.both_databases
def test_the_database_refuses_one_counter_but_lets_names_be_erased():
    sheet = a_count(an_appeal())
    with pytest.raises(DBAPIError), writing():
        db.session.get_one(CountSheet, sheet.id).counter_two = "IDA BRANDT"
    with writing():
        erased = db.session.get_one(CountSheet, sheet.id)
        erased.counter_one = erased.counter_two = None
    assert db.session.get_one(CountSheet, sheet.id).counter_one is None
