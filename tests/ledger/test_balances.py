"""Balances: whatever is posted and reversed, they are what the transfers come to, and the books balance."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.database import db, writing
from app.ledger import accounts, balances, posting, reversing, verifying
from app.ledger.balances import Balance, DailyBalance
from app.ledger.entries import Entry, Transfer
from tests.ledger.entering import a_gift, enter, held_by_stripe, income

pytestmark = pytest.mark.both_databases

START = datetime(2026, 6, 28, tzinfo=UTC)
NAMES = ["income:appeal:a", "income:appeal:b", "assets:stripe", "liabilities:unidentified"]
LINE = st.tuples(
    st.permutations(range(len(NAMES))).map(lambda order: order[:2]),
    st.integers(1, 10**12),
    st.sampled_from(["gbp", "eur"]),
)
ENTRY = st.tuples(
    st.lists(LINE, min_size=1, max_size=4), st.sampled_from(["gift", "other"]), st.integers(0, 24 * 6), st.booleans()
)
ACTION = st.one_of(
    ENTRY.map(lambda drawn: ("post", drawn)),
    st.tuples(st.just("reverse"), st.integers(0, 30)),
    st.tuples(st.just("repeat"), st.integers(0, 30)),
)


def an_account(name, currency):
    kind = {"i": "income", "a": "asset", "l": "liability"}[name[0]]
    return accounts.open_account(f"{name}:{currency}", kind, name, currency)


def act(action, posted, run):
    """Do one thing to the books; `posted` remembers what can be reversed or repeated."""
    what, drawn = action
    if what == "post":
        lines, kind, hours, undone = drawn
        made = [
            (an_account(NAMES[ends[0]], currency), an_account(NAMES[ends[1]], currency), minor, currency)
            for ends, minor, currency in lines
        ]
        values = {"kind": kind, "occurred_at": START + timedelta(hours=hours)}
        entry = enter(f"run:{run}:{len(posted)}", made, **values)
        assert entry.new
        posted.append((entry.entry_id, made, values))
        if undone:
            reversing.reverse(
                entry.entry_id, memo="undone", recorded_by="test", occurred_at=START + timedelta(hours=hours)
            )
    elif posted:
        place = drawn % len(posted)
        entry_id, made, values = posted[place]
        if what == "reverse":
            reversing.reverse(entry_id, memo="reversed", recorded_by="test", occurred_at=START + timedelta(days=3))
        else:
            assert enter(f"run:{run}:{place}", made, **values) == posting.Posted(entry_id, new=False)


def recomputed():
    """The sums of every account and of every account's day, added up by hand from the transfers."""
    whole, days = Counter(), Counter()
    rows = db.session.execute(select(Transfer, Entry.booked_on).join(Entry, Entry.id == Transfer.entry_id))
    for transfer, booked_on in rows:
        for account, way in ((transfer.from_account_id, "out"), (transfer.to_account_id, "in")):
            whole[account, way] += transfer.amount_minor
            days[account, booked_on, way] += transfer.amount_minor
    return whole, days


@given(actions=st.lists(ACTION, min_size=1, max_size=12))
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_postings_and_reversals_leave_books_that_balance(app, actions):
    run = db.session.scalar(select(Entry.id).order_by(Entry.id.desc()).limit(1)) or 0
    posted = []
    for action in actions:
        with writing():
            act(action, posted, run)
    for currency in ("gbp", "eur"):
        trial = text(
            "SELECT coalesce(sum(b.in_minor - b.out_minor), 0) FROM balances b JOIN accounts a ON a.id = b.account_id "
            "WHERE a.currency = :currency"
        )
        assert db.session.scalar(trial, {"currency": currency}) == 0
        lines = text("SELECT coalesce(sum(amount_minor), 0) FROM ledger_lines WHERE currency = :currency")
        assert db.session.scalar(lines, {"currency": currency}) == 0
    whole, days = recomputed()
    kept = db.session.scalars(select(Balance)).all()
    assert {(each.account_id, each.out_minor, each.in_minor) for each in kept} == {
        (account, whole[account, "out"], whole[account, "in"]) for account, _ in whole
    }
    kept_days = db.session.scalars(select(DailyBalance)).all()
    assert {(each.account_id, each.booked_on, each.out_minor, each.in_minor) for each in kept_days} == {
        (account, day, days[account, day, "out"], days[account, day, "in"]) for account, day, _ in days
    }
    assert verifying.faults() == []
    db.session.rollback()


def test_a_gift_counts_on_its_income_account_and_on_no_other(app):
    a_gift()
    a_gift("test:2", kind="unclaimed-charge")
    assert balances.of([income(), held_by_stripe()]) == {
        income(): balances.Sums(5000, 0, 1),
        held_by_stripe(): balances.Sums(0, 5000, 0),
    }


def test_an_account_that_never_moved_has_no_sums(app):
    with writing():
        account = income()
    assert balances.of([account]) == {}
    assert balances.of([]) == {}


def test_a_day_of_the_books_is_a_local_day(app):
    a_gift("test:1", occurred_at=datetime(2026, 6, 30, 22, 59, tzinfo=UTC))
    a_gift("test:2", occurred_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    a_gift("test:3", occurred_at=datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    rows = db.session.scalars(
        select(DailyBalance).where(DailyBalance.account_id == income()).order_by(DailyBalance.booked_on)
    ).all()
    assert [(each.booked_on, each.out_minor) for each in rows] == [(date(2026, 6, 30), 2500), (date(2026, 7, 1), 5000)]
