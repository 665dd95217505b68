"""Cash from named donors: a gift of its own, by itself or as a line of a count sheet, and never both."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app import clock
from app.database import db, writing
from app.donations import refunds
from app.donations.donation import CASH, Donation
from app.ledger import reversing, verifying
from app.ledger.entries import Entry
from app.money import Money
from app.offline import alike, corrections, counts, expected, paying_in
from app.offline.counts import Count
from app.offline.gifts import HandGift
from app.receipts.receipt import Receipt
from app.subject import Subject
from tests.cast import an_appeal
from tests.offline.hands import (
    COUNTERS,
    a_branch,
    a_count,
    a_gift_by,
    again,
    expectations,
    held,
    raised_by,
    state_of,
    the_bank_shows,
)

pytestmark = pytest.mark.usefixtures("app")
TODAY = clock.today()


def a_line(minor, name, **more):
    return HandGift(amount=Money(minor, "gbp"), given_on=TODAY, name=name, **more)


def a_sheet(appeal, *named, day=TODAY, branch_id=None):
    """Thirteen pounds, some of them from people with a name."""
    counted = Count("Market Square", day, COUNTERS, {1000: 1, 100: 3}, named=named)
    with writing():
        return counts.count(appeal, counted, submission="sheet-1", by="treasurer", branch_id=branch_id)


def named():
    db.session.rollback()
    return db.session.scalars(select(Donation).where(Donation.method == CASH).order_by(Donation.id)).all()


def pay_in(sheet, *gifts):
    with writing():
        paying_in.pay_in([sheet] if sheet else [], gifts, "500123", TODAY)


@pytest.mark.both_databases
def test_only_the_rest_of_a_sheet_is_the_collection():
    appeal, day = an_appeal(), TODAY - timedelta(days=2)
    sheet = a_sheet(appeal, a_line(500, "Ida Brandt", email="ida@example.org"), a_line(200, "Tomos Rees"), day=day)
    assert (sheet.amount.minor, sheet.rest.minor) == (1300, 600)
    assert (raised_by(appeal), held("assets:cash:gbp")) == ((1300, 2), 1300)
    entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [(each.kind, each.booked_on) for each in entries] == [
        ("named-cash", day),
        ("named-cash", day),
        ("cash", day),
    ]
    assert [(gift.name, gift.amount.minor, refunds.net_amount(gift).minor) for gift in named()] == [
        ("Ida Brandt", 500, 500), ("Tomos Rees", 200, 200),
    ]  # fmt: skip
    assert named()[0].id in db.session.scalars(select(Receipt.donation_id)).all()
    assert verifying.faults() == []


def test_the_same_sheet_sent_twice_is_one_with_its_lines():
    appeal = an_appeal()
    assert a_sheet(appeal, a_line(500, "Ida Brandt")).id == a_sheet(appeal, a_line(500, "Ida Brandt")).id
    assert raised_by(appeal) == (1300, 1)


def test_a_sheet_may_be_all_from_people_with_a_name():
    appeal = an_appeal()
    sheet = a_sheet(appeal, a_line(1300, "Ida Brandt"))
    assert (sheet.rest.minor, raised_by(appeal)) == (0, (1300, 1))
    with writing():
        corrections.undo_count(sheet, reason="wrong", by="treasurer")
    assert (raised_by(appeal), held("assets:cash:gbp")) == ((0, 0), 0)


@pytest.mark.parametrize("minor", [1301, 0, -5])
def test_people_with_a_name_gave_no_more_than_was_counted_and_no_less_than_something(minor):
    appeal = an_appeal()
    with pytest.raises(counts.TooMuchNamed):
        a_sheet(appeal, a_line(minor, "Ida Brandt"))
    assert raised_by(appeal) == (0, 0)


def test_a_branch_gets_its_named_cash_too():
    appeal, branch = an_appeal(), a_branch()
    a_sheet(appeal, a_line(500, "Ida Brandt"), branch_id=branch.id)
    assert held(f"income:appeal:{appeal.reference}:{branch.reference}:gbp") == -1300


@pytest.mark.both_databases
def test_a_sheet_goes_to_the_bank_as_one_sum_with_its_lines_and_comes_back_so():
    appeal = an_appeal()
    sheet = a_sheet(appeal, a_line(500, "Ida Brandt"))
    (gift,) = named()
    with pytest.raises(paying_in.NotAtHand):
        pay_in(None, gift)
    pay_in(sheet)
    assert expectations() == [(f"count:{sheet.reference}", "cash", 1300, "assets:cash:gbp")]
    assert state_of(gift) == "paid-in"
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    assert (state_of(gift), held("assets:cash:gbp"), held("assets:bank:gbp")) == ("banked", 0, 1300)
    with writing():
        entry = db.session.scalars(select(Entry.id).where(Entry.source == "bank:1")).one()
        reversing.reverse(entry, memo="the bank's line is something else", recorded_by="ada")
        corrections.take_back(Subject("count", sheet.reference), "bank:1", by="ada")
    assert (state_of(gift), held("assets:cash:gbp"), raised_by(appeal)) == ("paid-in", 1300, (1300, 1))
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_a_wrong_sheet_is_reversed_whole_and_a_line_of_it_never_alone():
    appeal = an_appeal()
    sheet = a_sheet(appeal, a_line(500, "Ida Brandt", email="ida@example.org"))
    (gift,) = named()
    with pytest.raises(corrections.OfASheet), writing():
        corrections.undo_gift(again(gift), reason="wrong", by="treasurer")
    for _ in range(2):
        with writing():
            corrections.undo_count(sheet, reason="counted twice", by="treasurer")
    assert (raised_by(appeal), held("assets:cash:gbp"), state_of(gift)) == ((0, 0), 0, "reversed")
    assert refunds.net_amount(again(gift)).minor == 0
    assert db.session.scalars(select(Receipt)).all() == []
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_cash_by_itself_is_a_gift_that_is_paid_in_and_banked():
    appeal = an_appeal()
    gift = a_gift_by(CASH, appeal, email="lucja@example.org")
    assert (raised_by(appeal), held("assets:cash:gbp"), state_of(gift)) == ((2500, 1), 2500, "waiting")
    pay_in(None, gift)
    assert expectations() == [(f"donation:{gift.reference}", "cash", 2500, "assets:cash:gbp")]
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    assert (state_of(gift), held("assets:cash:gbp"), held("assets:bank:gbp")) == ("banked", 0, 2500)
    assert verifying.faults() == []


def test_cash_by_itself_and_a_count_go_with_one_slip():
    appeal = an_appeal()
    pay_in(a_count(appeal), a_gift_by(CASH, appeal))
    assert sorted(minor for _, _, minor, _ in expectations()) == [1300, 2500]


def test_whoever_stands_on_a_sheet_is_noticed_when_entered_by_itself():
    a_sheet(an_appeal(), a_line(500, "Ida Brandt"))
    (gift,) = named()
    assert [each.reference for each in alike.gifts(CASH, a_line(500, "Brandt, Ida"))] == [gift.reference]
    assert alike.gifts(CASH, a_line(500, "Tomos Rees")) == []


@pytest.mark.both_databases
def test_the_database_keeps_what_of_a_sheet_came_from_people_with_a_name():
    sheet = a_sheet(an_appeal(), a_line(500, "Ida Brandt"))
    with pytest.raises(DBAPIError, match="reversed, never changed"), writing():
        sheet.named_minor = 0
