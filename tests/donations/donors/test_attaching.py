"""Attaching: gifts get their donors beside the settling path, and a card is known by its last four digits."""

import pytest
from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations.donation import Donation
from app.donations.donors import donor_list
from app.donors.donor import Donor
from app.worker import clock
from tests import books_kept
from tests.cast import a_gift, a_pledge, an_appeal
from tests.plan_world import a_running_plan
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


def give(app, appeal, *emails):
    """A received gift from each address, and one that is never paid."""
    account = Account()
    for number, email in enumerate(emails):
        gift = a_gift(1000 + number, name=f"Łucja Okoń {number}", email=email, postcode="AM1 2QX")
        account.gives(a_pledge(appeal, f"{email}{number}", gift).reference)
    a_pledge(appeal, "never paid", a_gift(email="nobody@example.org"))
    books_kept.deliver_all(app, account)


def gifts():
    db.session.rollback()
    return db.session.scalars(select(Donation).order_by(Donation.id)).all()


def test_the_same_address_is_the_same_donor_however_it_is_written(app):
    give(app, an_appeal(), "lucja@example.org", "Lucja@Example.org", "ada@example.org")
    clock.attach()
    first, second, third, unpaid = gifts()
    assert first.donor_id == second.donor_id != third.donor_id
    assert unpaid.donor_id is None
    donor = db.session.get_one(Donor, first.donor_id)
    assert (donor.name, donor.email, donor.postcode) == ("Łucja Okoń 0", "lucja@example.org", "AM1 2QX")
    assert (donor.name_key, donor.email_key) == ("lucja okon 0", "lucja@example.org")


def test_a_donor_who_is_known_keeps_their_details_and_gets_the_next_gift_of_a_plan(app):
    give(app, an_appeal(), "lucja@example.org")
    clock.attach()
    a_running_plan(db.session.scalars(select(Appeal)).one())
    clock.attach()
    first, _, monthly = gifts()
    assert monthly.donor_id == first.donor_id
    assert len(db.session.scalars(select(Donor)).all()) == 1


def test_it_goes_on_run_by_run_and_then_there_is_nothing_to_do(app):
    give(app, an_appeal(), *(f"giver{number}@example.org" for number in range(5)))
    with writing():
        assert donor_list.attach(2) == 2
    clock.attach()
    with writing():
        assert donor_list.attach() == 0
    assert len({each.donor_id for each in gifts() if each.state == "received"}) == 5


def test_a_gift_is_known_by_what_it_is_searched_by(app):
    account = Account()
    donation = a_pledge(an_appeal(), gift=a_gift(name="  Łucja   OKOŃ ", email="Lucja@Example.org"))
    charged = account.gives(donation.reference)
    charged["payment_method_details"] = {"card": {"last4": "4242"}, "type": "card"}
    account.events = [each for each in account.events if each["type"] == "charge.updated"]
    books_kept.deliver_all(app, account)
    (gift,) = gifts()
    assert (gift.name_key, gift.email_key, gift.card_last4) == ("lucja okon", "lucja@example.org", "4242")
