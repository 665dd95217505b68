"""Exceptions: whatever does not settle by itself is listed until somebody has dealt with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.donations import settlement
from app.extensions import db
from app.ledger import posting, reversing
from app.payments.charge import read
from app.payments.event import APPLIED, IGNORED, PENDING, StripeEvent
from app.proof import exceptions
from app.proof.exceptions import Found
from app.receipts.receipt import Receipt
from app.writing import writing
from tests.cast import a_pledge, an_appeal
from tests.stripe_bodies import charge

pytestmark = pytest.mark.both_databases


def settle(donation, **changes):
    with writing():
        settlement.settle(read(charge(donation, **changes)))


def an_event(name, *, minutes_ago, state=PENDING, **values):
    moment = clock.now() - timedelta(minutes=minutes_ago)
    with writing() as session:
        session.add(
            StripeEvent(
                **{
                    "event_id": name, "type": "charge.succeeded", "created_at": moment, "received_at": moment,
                    "body": b"{}", "body_sha256": "0" * 64, "state": state, "attempts": 0, **values,
                }
            )
        )  # fmt: skip


def listed(**values):
    """What is listed of these kinds; gifts that Stripe's own balance does not know yet are listed as another."""
    kinds = ("unclaimed charge", "pending event", "receipt")
    return [each for each in exceptions.find(**values) if each.kind in kinds]


def test_where_all_is_settled_nothing_needs_anybody(app):
    donation = a_pledge(an_appeal())
    settle(donation.reference)
    an_event("evt_1", minutes_ago=60, state=APPLIED)
    an_event("evt_2", minutes_ago=60, state=IGNORED)
    assert listed() == []


def test_a_charge_that_no_donation_claims_is_listed_until_it_is_reversed(app):
    settle(None, charge_id="ch_x", minor=700)
    settle(None, charge_id="ch_y", minor=123_456, currency="eur")
    assert listed() == [
        Found("unclaimed charge", "ch_x", "£7.00 on 2026-07-01 belongs to no donation"),
        Found("unclaimed charge", "ch_y", "€1,234.56 on 2026-07-01 belongs to no donation"),
    ]
    with writing():
        reversing.reverse(posting.find("stripe:ch_x:received"), memo="given back", recorded_by="ada")
    assert [each.reference for each in listed()] == ["ch_y"]


def test_an_event_that_waits_for_more_than_ten_minutes_is_listed_with_its_error(app):
    an_event("evt_young", minutes_ago=9)
    an_event("evt_old", minutes_ago=11)
    an_event("evt_failed", minutes_ago=60, attempts=7, last_error="PaymentsUnavailable: no answer")
    assert listed() == [
        Found("pending event", "evt_old", "charge.succeeded, tried 0 times: not yet"),
        Found("pending event", "evt_failed", "charge.succeeded, tried 7 times: PaymentsUnavailable: no answer"),
    ]


def test_a_receipt_that_failed_is_listed_at_once_and_one_that_nobody_tried_after_ten_minutes(app):
    appeal = an_appeal()
    for number in range(3):
        donation = a_pledge(appeal, f"nonce-{number}")
        settle(donation.reference, charge_id=f"ch_{number}")
    failed, untried, _young = db.session.scalars(select(Receipt).order_by(Receipt.id)).all()
    with writing() as session:
        session.execute(update(Receipt).where(Receipt.id == failed.id).values(attempts=2, last_error="OSError"))
        late = clock.now() - timedelta(minutes=11)
        session.execute(update(Receipt).where(Receipt.id == untried.id).values(requested_at=late))
    assert listed() == [
        Found("receipt", failed.subject, "tried 2 times: OSError"),
        Found("receipt", untried.subject, "tried 0 times: not yet"),
    ]


def test_no_more_of_a_kind_are_listed_than_asked_for(app):
    for number in range(3):
        an_event(f"evt_{number}", minutes_ago=60)
        settle(None, charge_id=f"ch_{number}")
    assert len(listed(most=2)) == 4
    assert len(listed()) == 6
