"""Posting: one way in, once a source, and nothing ever changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.database import db, writing
from app.ledger import balances, posting, verifying
from app.ledger.entries import Entry, Transfer
from app.money import Money
from tests.ledger.entering import a_gift, enter, held_by_stripe, income

pytestmark = pytest.mark.both_databases


def test_a_posted_gift_moves_both_balances_and_counts_once(app):
    with writing():
        lines = [(income(), held_by_stripe(), 2500)]
        posted = enter("test:1", lines)
        again = enter("test:1", lines)
    assert posted.new
    assert again == posting.Posted(posted.entry_id, new=False)
    assert balances.of([income(), held_by_stripe()]) == {
        income(): balances.Sums(2500, 0, 1),
        held_by_stripe(): balances.Sums(0, 2500, 0),
    }
    assert verifying.faults() == []


def test_an_entry_says_what_happened_when_and_by_whom(app):
    happened = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    entry = db.session.get(Entry, a_gift("stripe:ch_1:received", occurred_at=happened, recorded_by="stripe"))
    assert (entry.source, entry.kind, entry.subject) == ("stripe:ch_1:received", "gift", "donation:d")
    assert (entry.memo, entry.lines, entry.recorded_by) == ("card gift received", 1, "stripe")
    assert entry.occurred_at == happened
    assert entry.recorded_at > happened
    assert entry.reverses_id is None
    assert [(each.line, each.amount_minor, each.currency) for each in entry.transfers] == [(1, 2500, "gbp")]


def test_a_gift_after_midnight_in_british_summer_time_is_booked_on_the_new_day(app):
    entry = db.session.get(Entry, a_gift(occurred_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC)))
    assert entry.booked_on == date(2026, 7, 1)


def test_a_known_source_is_found_and_an_unknown_one_is_not(app):
    entry_id = a_gift("test:1")
    assert posting.find("test:1") == entry_id
    assert posting.find("test:2") is None


def test_an_entry_of_several_lines_keeps_their_order(app):
    with writing():
        a, b, c = income(), held_by_stripe(), income(appeal="b")
        entry_id = enter("test:1", [(a, b, 300), (c, b, 200), (a, b, 100)]).entry_id
    moved = [(each.line, each.from_account_id, each.amount_minor) for each in db.session.get(Entry, entry_id).transfers]
    assert moved == [(1, a, 300), (2, c, 200), (3, a, 100)]
    assert balances.of([a, b, c]) == {
        a: balances.Sums(400, 0, 1),
        b: balances.Sums(0, 600, 0),
        c: balances.Sums(200, 0, 1),
    }
    assert verifying.faults() == []


def test_a_known_source_with_other_transfers_is_a_conflict(app, subtests):
    a_gift("test:1")
    with writing():
        a, b, c = income(), held_by_stripe(), income(appeal="b")
    for others in (
        [(a, b, 2600)],
        [(b, a, 2500)],
        [(c, b, 2500)],
        [(a, b, 2500), (a, b, 1)],
        [(a, b, 1250), (a, b, 1250)],
    ):
        with subtests.test(others=others), pytest.raises(posting.SourceConflict), writing():
            enter("test:1", others)
    assert db.session.scalar(select(func.count()).select_from(Transfer)) == 1
    assert verifying.faults() == []


def test_an_entry_without_transfers_is_refused(app):
    with pytest.raises(ValueError, match="at least one"), writing():
        enter("test:1", [])


def test_a_transfer_that_is_none_leaves_nothing_in_the_books(app, subtests):
    with writing():
        a, b, euros = income(), held_by_stripe(), held_by_stripe("eur")
    for why, wrong in {
        "nothing": (a, b, 0),
        "less than nothing": (a, b, -5),
        "to itself": (a, a, 5),
        "another currency": (a, b, 5, "eur"),
        "into another currency": (a, euros, 5),
        "out of another currency": (a, euros, 5, "eur"),
        "nowhere": (a, "income:appeal:nowhere:gbp", 5),
    }.items():
        with subtests.test(why), pytest.raises(KeyError if why == "nowhere" else IntegrityError), writing():
            enter("test:1", [(a, b, 100), wrong])
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
        assert balances.of([a, b]) == {}
        db.session.rollback()


def test_what_the_unit_undoes_was_never_posted(app):
    def broken():
        with writing():
            enter("test:1", [(income(), held_by_stripe(), 2500)])
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert posting.find("test:1") is None
    assert a_gift("test:1")
    assert verifying.faults() == []


def test_the_same_source_posted_by_many_at_once_is_one_entry(app):
    with writing():
        lines = [(income(), held_by_stripe(), 2500)]

    def one(_number):
        with app.app_context(), writing():
            return enter("test:1", lines)

    with ThreadPoolExecutor(16) as pool:
        posted = list(pool.map(one, range(16)))
    assert sum(each.new for each in posted) == 1
    assert len({each.entry_id for each in posted}) == 1
    assert verifying.faults() == []


def test_entries_across_the_same_accounts_in_any_order_never_deadlock(app):
    with writing():
        a, b, c = income(), held_by_stripe(), income(appeal="b")
    ways = [[(a, b, 1)], [(b, a, 1)], [(c, b, 1), (b, a, 2)], [(a, c, 3), (c, b, 1), (b, a, 1)]]

    def one(number):
        with app.app_context(), writing():
            return enter(f"test:{number}", ways[number % 4], kind="other").new

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(one, range(80)))
    assert verifying.faults() == []


def test_amounts_far_beyond_any_gift_are_kept_exactly(app):
    a_gift(minor=9_007_199_254_740_993)
    assert balances.of([income()])[income()].out_minor == 9_007_199_254_740_993
    assert db.session.scalars(select(Transfer)).one().amount_minor == 9_007_199_254_740_993
    assert Money(9_007_199_254_740_993, "gbp").major().as_tuple().exponent == -2
