"""Giving: the same form sent twice is one pledge, and a pledge that cannot be paid any more makes way for a new one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import amounts, checkout, settlement
from app.donations.donation import Donation
from app.money import CurrencyMismatch, Money
from app.payments.checkout import Checkout
from app.payments.objects import read_charge
from tests.cast import a_gift, a_pledge, an_appeal
from tests.stripe_bodies import charge

both = pytest.mark.both_databases


@pytest.fixture
def appeal(app):
    return an_appeal()


@pytest.fixture
def at(monkeypatch):
    """Moves the clock on from where it really is."""
    real = clock.now

    def moved(**by):
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**by))

    return moved


def how_many():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Donation))


def opened(donation, closes_in=timedelta(hours=24), session="cs_1"):
    """Stripe has opened a page for it, which closes after a while."""
    closes = int((clock.now() + closes_in).timestamp())
    with writing():
        checkout.checkout_opened(
            db.session.get(Donation, donation.id), Checkout(session, f"https://checkout.example/{session}", closes)
        )


@both
def test_a_pledge_keeps_what_was_typed_and_has_a_name_of_its_own(appeal):
    gift = a_gift(address="4 Mill Lane\nAmbleford", postcode="AM1 2QX", message="Keep on", name_may_be_shown=True)
    donation = a_pledge(appeal, gift=gift)
    assert (donation.state, donation.amount, donation.appeal_id) == ("pledged", Money(2500, "gbp"), appeal.id)
    assert (donation.name, donation.email) == ("Łucja Okoń", "lucja@example.org")
    assert (donation.address, donation.postcode) == ("4 Mill Lane\nAmbleford", "AM1 2QX")
    assert (donation.message, donation.name_may_be_shown) == ("Keep on", True)
    assert len(donation.reference) == 24
    assert donation.received_at is donation.charge_id is donation.checkout_url is None
    assert len(donation.checkout_key) == 32


def test_what_was_left_empty_is_not_kept(appeal):
    donation = a_pledge(appeal)
    assert donation.address is donation.postcode is donation.message is None


def test_the_same_form_sent_twice_is_one_pledge(appeal):
    first = a_pledge(appeal)
    second = a_pledge(appeal)
    assert (second.id, second.reference, second.checkout_key) == (first.id, first.reference, first.checkout_key)
    assert how_many() == 1


@both
def test_the_same_form_sent_by_sixteen_at_once_is_one_pledge(app, appeal):
    appeal_id = appeal.id

    def one(_number):
        with app.app_context(), writing() as session:
            donation = checkout.pledge_once(session.get(Appeal, appeal_id), a_gift(), "nonce-1")
            return donation.reference, donation.checkout_key

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(one, range(16)))) == 1
    assert how_many() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money(2501, "gbp")},
        {"name": "Łucja Okon"},
        {"email": "lucja@example.com"},
        {"address": "4 Mill Lane"},
        {"postcode": "AM1 2QX"},
        {"message": "Keep on"},
        {"name_may_be_shown": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_content_is_a_new_pledge_and_the_old_content_still_the_old_one(appeal, change):
    first = a_pledge(appeal)
    second = a_pledge(appeal, gift=replace(a_gift(), **change))
    assert second.id != first.id
    assert second.checkout_key != first.checkout_key
    assert a_pledge(appeal).id == first.id
    assert how_many() == 2


def test_another_form_and_another_appeal_are_new_pledges(appeal):
    other = an_appeal("roof")
    assert len({a_pledge(appeal).id, a_pledge(appeal, "nonce-2").id, a_pledge(other).id}) == 3


def test_what_belongs_together_cannot_be_shifted_between_two_fields(appeal):
    first = a_pledge(appeal, gift=a_gift(address="12", postcode=""))
    assert a_pledge(appeal, gift=a_gift(address="1", postcode="2")).id != first.id


def test_a_pledge_whose_checkout_is_open_is_still_the_same(appeal, at):
    first = a_pledge(appeal)
    opened(first)
    at(hours=23)
    assert a_pledge(appeal).id == first.id
    assert a_pledge(appeal).checkout_url == "https://checkout.example/cs_1"


@both
def test_a_pledge_whose_checkout_has_closed_makes_way_for_a_new_one(appeal, at):
    first = a_pledge(appeal)
    opened(first)
    at(hours=24, seconds=1)
    second = a_pledge(appeal)
    assert second.id != first.id
    assert second.checkout_url is None
    assert a_pledge(appeal).id == second.id
    assert how_many() == 2


def test_a_key_is_trusted_for_less_than_the_day_that_stripe_keeps_it(appeal, at):
    first = a_pledge(appeal)
    at(hours=19, minutes=59)
    assert a_pledge(appeal).id == first.id
    at(hours=20, minutes=1)
    second = a_pledge(appeal)
    assert second.id != first.id
    assert second.checkout_key != first.checkout_key


def test_an_abandoned_pledge_makes_way_for_a_new_one(appeal):
    first = a_pledge(appeal)
    with writing():
        assert checkout.abandon(first.reference)
    second = a_pledge(appeal)
    assert second.id != first.id
    assert a_pledge(appeal).id == second.id


@both
def test_a_form_that_is_sent_again_after_it_was_paid_leads_to_the_same_donation(appeal, at):
    first = a_pledge(appeal)
    opened(first)
    with writing():
        settlement.settle(read_charge(charge(first.reference)))
    at(days=400)
    appeal = db.session.get(Appeal, appeal.id)
    with writing():
        appeal.ends_on = None
    assert a_pledge(appeal).id == first.id
    assert checkout.is_received(first.reference)
    assert how_many() == 1


def test_a_form_that_never_stops_coming_is_stopped(appeal, monkeypatch):
    monkeypatch.setattr(checkout, "_spent", lambda _donation: True)
    with pytest.raises(checkout.SentTooOften):
        a_pledge(appeal)
    assert how_many() == 0


@pytest.mark.parametrize(("minor", "refusal"), [(99, amounts.TooSmall), (2_500_001, amounts.TooLarge)])
def test_too_little_and_too_much_are_not_pledged(appeal, minor, refusal):
    with pytest.raises(refusal):
        a_pledge(appeal, gift=a_gift(minor))
    assert how_many() == 0


def test_another_currency_is_not_pledged(appeal):
    with pytest.raises(CurrencyMismatch):
        a_pledge(appeal, gift=a_gift(amount=Money(2500, "eur")))
    assert how_many() == 0


@pytest.mark.parametrize(
    ("starts", "ends"), [(None, None), (1, 5), (-5, -1)], ids=["a draft", "not begun", "ended yesterday"]
)
def test_an_appeal_that_is_not_open_takes_no_pledge(app, starts, ends):
    day = {None: None} | {each: clock.today() + timedelta(days=each) for each in (-5, -1, 1, 5)}
    with pytest.raises(checkout.AppealClosed):
        a_pledge(an_appeal(starts_on=day[starts], ends_on=day[ends]))
    assert how_many() == 0


@pytest.mark.parametrize(("starts", "ends"), [(0, 0), (-5, 0), (0, 5), (0, None)])
def test_the_first_and_the_last_day_count(app, starts, ends):
    last = None if ends is None else clock.today() + timedelta(days=ends)
    assert a_pledge(an_appeal(starts_on=clock.today() + timedelta(days=starts), ends_on=last)).state == "pledged"


def test_stripe_is_asked_the_same_each_time(appeal):
    urls = {"success_url": "https://give/x", "cancel_url": "https://give/x/cancelled"}
    donation = a_pledge(appeal)
    asked = checkout.checkout_request(donation, appeal, **urls)
    assert (asked.reference, asked.amount, asked.email) == (donation.reference, Money(2500, "gbp"), "lucja@example.org")
    assert asked.what_for == appeal.title
    opened(donation)
    assert checkout.checkout_request(db.session.get(Donation, donation.id), appeal, **urls) == asked


def test_where_it_can_be_paid_is_remembered(appeal):
    donation = a_pledge(appeal)
    opened(donation, timedelta(hours=1))
    kept = db.session.scalars(select(Donation)).one()
    assert (kept.checkout_session_id, kept.checkout_url) == ("cs_1", "https://checkout.example/cs_1")
    assert timedelta(minutes=59) < kept.checkout_expires_at - clock.now() <= timedelta(hours=1)


def test_a_new_key_is_another_one(appeal):
    before = a_pledge(appeal).checkout_key
    with writing() as session:
        checkout.renew_checkout_key(session.scalars(select(Donation)).one())
    after = db.session.scalar(select(Donation.checkout_key))
    assert after != before
    assert len(after) == 32


@both
def test_what_was_received_is_never_abandoned_and_nothing_else_twice(appeal):
    paid, unpaid = a_pledge(appeal).reference, a_pledge(appeal, "nonce-2").reference
    with writing():
        settlement.settle(read_charge(charge(paid)))
        assert not checkout.abandon(paid)
        assert checkout.abandon(unpaid)
        assert not checkout.abandon(unpaid)
        assert not checkout.abandon("no such donation")
    assert checkout.is_received(paid)
    assert not checkout.is_received(unpaid)
    assert not checkout.is_received("no such donation")


@both
def test_the_database_itself_holds_what_each_state_means(appeal, subtests):
    a_pledge(appeal)
    for values in (
        {"state": "received"},
        {"state": "received", "received_at": clock.now()},
        {"state": "received", "charge_id": "ch_1"},
        {"charge_id": "ch_1"},
        {"received_at": clock.now()},
        {"state": "lost"},
        {"amount_minor": 0},
    ):
        with subtests.test(**values), pytest.raises(IntegrityError), writing() as session:
            session.execute(update(Donation).values(values))
