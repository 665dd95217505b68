"""Reversing: a mistake is undone by its mirror image, once, and both stay in the books."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from app import clock
from app.database import db, writing
from app.ledger import balances, posting, reversing, verifying
from app.ledger.entries import Entry
from tests.ledger.entering import a_gift, income

pytestmark = pytest.mark.both_databases


def test_a_reversal_takes_the_gift_back_on_the_day_of_the_correction(app):
    entry_id = a_gift(occurred_at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    corrected = datetime(2026, 7, 1, 12, tzinfo=UTC)
    with writing():
        undone = reversing.reverse(entry_id, memo="entered twice", recorded_by="ada", occurred_at=corrected)
        again = reversing.reverse(entry_id, memo="once more", recorded_by="bob")
    assert undone.new
    assert again == posting.Posted(undone.entry_id, new=False)
    reversal = db.session.get(Entry, undone.entry_id)
    assert (reversal.kind, reversal.reverses_id, reversal.source) == ("reversal", entry_id, f"reversal:{entry_id}")
    assert (reversal.booked_on, reversal.memo, reversal.recorded_by) == (date(2026, 7, 1), "entered twice", "ada")
    assert balances.of([income()]) == {income(): balances.Sums(2500, 2500, 0)}
    assert verifying.faults() == []


def test_a_reversal_is_dated_now_unless_it_says_otherwise(app):
    entry_id = a_gift(occurred_at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    with writing():
        undone = reversing.reverse(entry_id, memo="entered twice", recorded_by="ada")
    assert db.session.get(Entry, undone.entry_id).booked_on == clock.today()


def test_a_reversal_itself_is_not_reversed_and_neither_is_nothing(app):
    entry_id = a_gift()
    with writing():
        undone = reversing.reverse(entry_id, memo="entered twice", recorded_by="ada")
    with pytest.raises(reversing.NotReversible), writing():
        reversing.reverse(undone.entry_id, memo="x", recorded_by="ada")
    with pytest.raises(LookupError), writing():
        reversing.reverse(999_999, memo="x", recorded_by="ada")
    assert verifying.faults() == []


def test_many_who_reverse_an_entry_at_once_reverse_it_once(app):
    entry_id = a_gift()

    def one(_number):
        with app.app_context(), writing():
            return reversing.reverse(entry_id, memo="entered twice", recorded_by="ada").new

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(one, range(16))) == 1
    assert balances.of([income()])[income()].gifts == 0
    assert verifying.faults() == []
