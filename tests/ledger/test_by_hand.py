"""Entries by hand: a fixed list of kinds, a reason for each, and nothing where Stripe's own movements are proved."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.database import db, writing
from app.ledger import accounts, by_hand, closing, entries, posting, verifying
from app.ledger.balances import Balance
from app.ledger.entries import Entry
from app.money import Money
from tests.ledger.entering import a_gift, income

pytestmark = pytest.mark.both_databases

CHARGE = by_hand.Draft(
    kind="bank-charge",
    from_code="assets:bank:gbp",
    to_code="expenses:bank-charges:gbp",
    amount=Money(650, "gbp"),
    day=date(2026, 7, 3),
    reason="The bank's quarterly charge",
    nonce="n1",
)


def enter(draft):
    with writing():
        return by_hand.enter(draft, by="ada@lantern.example")


def an_income(appeal):
    with writing():
        return db.session.get_one(accounts.Account, income(appeal=appeal)).code


def test_a_bank_charge_is_entered_on_its_day_with_its_reason(app):
    entry = db.session.get_one(Entry, enter(CHARGE).entry_id)
    assert (entry.kind, entry.memo, entry.source) == ("by-hand:bank-charge", "bank charge", "manual:n1")
    assert (entry.booked_on, entry.recorded_by) == (date(2026, 7, 3), "ada@lantern.example")
    assert entries.reason_of(entry.id) == "The bank's quarterly charge"
    bank = accounts.find("assets:bank:gbp").id
    assert db.session.get_one(Balance, bank).out_minor == 650
    assert verifying.faults() == []


def test_the_same_form_sent_twice_makes_one_entry(app):
    first, second = enter(CHARGE), enter(CHARGE)
    assert second == posting.Posted(first.entry_id, new=False)
    with pytest.raises(posting.SourceConflict):
        enter(replace(CHARGE, amount=Money(651, "gbp")))


def test_income_is_moved_by_its_own_kind_alone_and_counts_as_no_gift(app):
    a_gift()
    source, target = an_income("a"), an_income("b")
    moved = replace(CHARGE, from_code=source, to_code=target, amount=Money(500, "gbp"))
    for kind in ("correction", "moved", "bank-charge"):
        with pytest.raises(by_hand.NotTheseAccounts):
            enter(replace(moved, kind=kind))
    entry = db.session.get_one(Entry, enter(replace(moved, kind="income-moved")).entry_id)
    assert entry.memo == "income moved by hand"
    taken, given = (db.session.get_one(Balance, accounts.find(code).id) for code in (source, target))
    assert (taken.out_minor - taken.in_minor, taken.gifts) == (2000, 1)
    assert (given.out_minor - given.in_minor, given.gifts) == (500, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_code": "assets:stripe:gbp"},
        {"kind": "correction", "to_code": "assets:disputed:gbp"},
        {"kind": "correction", "to_code": "assets:bank:gbp"},
        {"from_code": "equity:opening:gbp"},
        {"to_code": "assets:in-transit:gbp"},
        {"kind": "income-moved"},
        {"kind": "opening-balance"},
        {"from_code": "assets:nowhere:gbp"},
        {"kind": "correction", "to_code": "expenses:bank-charges:eur"},
    ],
)
def test_between_accounts_that_do_not_fit_nothing_is_entered(app, wrong):
    with pytest.raises(by_hand.NotTheseAccounts):
        enter(replace(CHARGE, **wrong))
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_nothing_is_entered_in_a_closed_month_or_ahead_of_time(app):
    with writing():
        closing.close(clock.today() - timedelta(days=40), by="ada")
    for day in (clock.today() - timedelta(days=80), clock.today() + timedelta(days=1)):
        with pytest.raises(by_hand.DayNotOpen):
            enter(replace(CHARGE, day=day))


def test_an_entry_by_hand_is_reversed_with_a_reason_and_what_follows_a_gift_is_not(app):
    made, gift = enter(CHARGE).entry_id, a_gift()
    with writing():
        undone = by_hand.undo(db.session.get_one(Entry, made), "Entered twice", by="bob").entry_id
    reversal = db.session.get_one(Entry, undone)
    assert (reversal.reverses_id, reversal.memo, entries.reason_of(undone)) == (
        made,
        "reversed by hand",
        "Entered twice",
    )
    for other in (gift, undone):
        with pytest.raises(by_hand.NotMadeByHand), writing():
            by_hand.undo(db.session.get_one(Entry, other), "x", by="bob")
    assert verifying.faults() == []


def test_a_reason_can_be_erased_and_the_entry_stays(app):
    made = enter(CHARGE).entry_id
    with writing():
        entries.erase_reason(made)
    assert entries.reason_of(made) is None
    assert db.session.get(Entry, made) is not None


def test_what_may_be_chosen_has_every_account_but_those_that_stripe_keeps(app):
    a_gift()
    codes = by_hand.choices("gbp")
    assert codes["equity:opening:gbp"] == ("equity", "What there was when the books began")
    assert "income:appeal:a:gbp" in codes
    assert [code for code in codes if "stripe" in code] == ["expenses:stripe-fees:gbp"]
