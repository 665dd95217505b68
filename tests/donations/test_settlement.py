"""Settlement: a charge, a received donation, an entry and a receipt that is due are one thing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select, text

from app import clock
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import debits, settlement
from app.donations.donation import Donation
from app.ledger import posting, verifying
from app.ledger.entries import Entry
from app.money import Money
from app.payments.objects import read_charge
from app.receipts.receipt import Receipt
from tests.cast import a_pledge, an_appeal
from tests.stripe_bodies import charge

pytestmark = pytest.mark.both_databases

# 00:30 British Summer Time on 1 July 2026.
HALF_PAST_MIDNIGHT = 1_782_862_200


@pytest.fixture
def donation(app):
    return a_pledge(an_appeal())


def settle(donation, **changes):
    with writing():
        settlement.settle(read_charge(charge(donation, **changes)))


def kept(donation):
    """The donation as it is now."""
    return db.session.get(Donation, donation.id, populate_existing=True)


def entries():
    db.session.rollback()
    return db.session.scalars(select(Entry).order_by(Entry.id)).all()


def lines():
    rows = db.session.execute(text("SELECT account, amount_minor FROM ledger_lines ORDER BY entry_id, account"))
    return [(account.partition(":appeal:")[0] if ":appeal:" in account else account, minor) for account, minor in rows]


def test_a_charge_makes_its_donation_received_posts_it_and_asks_for_a_receipt(donation):
    settle(donation.reference, created=HALF_PAST_MIDNIGHT)
    (entry,) = entries()
    now = kept(donation)
    assert (now.state, now.charge_id) == ("received", "ch_1")
    assert now.received_at == clock.from_timestamp(HALF_PAST_MIDNIGHT)
    assert (entry.source, entry.kind, entry.recorded_by) == ("stripe:ch_1:received", "gift", "stripe")
    assert (entry.subject, entry.memo) == (f"donation:{now.reference}", "card gift received")
    assert (entry.occurred_at, entry.booked_on) == (now.received_at, date(2026, 7, 1))
    assert lines() == [("assets:stripe:gbp", 2500), ("income", -2500)]
    assert db.session.scalars(select(Receipt.donation_id)).all() == [now.id]
    assert settlement.is_settled("ch_1")
    assert verifying.faults() == []


def test_settling_it_again_changes_nothing(donation):
    for _ in range(3):
        settle(donation.reference)
    assert len(entries()) == 1
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1


def test_what_was_charged_counts_and_not_what_was_pledged(donation):
    settle(donation.reference, minor=2000)
    db.session.rollback()
    now = kept(donation)
    assert now.amount == Money(2000, "gbp")
    assert raised.by(db.session.get(Appeal, now.appeal_id)).amount == Money(2000, "gbp")


@pytest.mark.parametrize("named", [None, "", "no-such-donation"])
def test_a_charge_that_no_donation_claims_is_kept_apart(donation, named):
    settle(named, metadata={} if named is None else {"donation": named})
    (entry,) = entries()
    assert (entry.kind, entry.subject, entry.memo) == (
        "unclaimed-charge",
        "charge:ch_1",
        "charge that no donation claims",
    )
    assert lines() == [("assets:stripe:gbp", 2500), ("liabilities:unidentified:gbp", -2500)]
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert kept(donation).state == "pledged"


def test_a_charge_in_another_currency_is_not_the_appeals(donation):
    settle(donation.reference, currency="eur")
    assert lines() == [("assets:stripe-unsettled:eur", 2500), ("liabilities:unidentified:eur", -2500)]
    assert kept(donation).state == "pledged"
    assert verifying.faults() == []


def test_a_second_charge_for_the_same_donation_is_money_that_somebody_has_to_look_at(donation):
    settle(donation.reference)
    settle(donation.reference, charge_id="ch_2", minor=900)
    settle(donation.reference)
    settle(donation.reference, charge_id="ch_2", minor=900)
    assert [(each.kind, each.source) for each in entries()] == [
        ("gift", "stripe:ch_1:received"),
        ("unclaimed-charge", "stripe:ch_2:received"),
    ]
    now = kept(donation)
    assert (now.charge_id, now.amount_minor) == ("ch_1", 2500)


def test_many_charges_for_one_donation_at_once_make_it_received_once(app, donation):
    reference, appeal_id = donation.reference, donation.appeal_id

    def one(number):
        with app.app_context():
            settle(reference, charge_id=f"ch_{number}")
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert sorted(each.kind for each in entries()) == ["gift"] + ["unclaimed-charge"] * 7
    assert raised.by(db.session.get(Appeal, appeal_id)).gifts == 1
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
    assert verifying.faults() == []


def test_a_charge_that_was_posted_apart_is_not_claimed_afterwards_without_anyone_noticing(donation):
    settle(None)
    with pytest.raises(posting.SourceConflict):
        settle(donation.reference)
    db.session.rollback()
    assert kept(donation).state == "pledged"
    assert [each.kind for each in entries()] == ["unclaimed-charge"]


def test_when_the_posting_fails_nothing_was_received(donation, monkeypatch):
    def broken(*_args, **_named):
        raise RuntimeError

    monkeypatch.setattr(posting, "post", broken)
    with pytest.raises(RuntimeError):
        settle(donation.reference)
    db.session.rollback()
    assert kept(donation).state == "pledged"
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert not settlement.is_settled("ch_1")


def test_a_decline_is_noted_until_the_gift_is_received(donation):
    with writing():
        debits.declined(donation.reference, clock.now())
        debits.declined("no-such-donation", clock.now())
    db.session.rollback()
    noted = kept(donation).declined_at
    assert noted is not None
    settle(donation.reference)
    with writing():
        debits.declined(donation.reference, clock.now())
    db.session.rollback()
    assert kept(donation).declined_at == noted
