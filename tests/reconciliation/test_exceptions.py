"""Exceptions: whatever does not settle by itself is listed until somebody has dealt with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.database import db, writing
from app.donations import settlement
from app.ledger import posting, reversing
from app.payments.inbox import APPLIED, IGNORED, PENDING, StripeEvent
from app.payments.objects import StripeTransaction, read_charge
from app.payments.payout import Payout
from app.receipts.receipt import Receipt
from app.reconciliation.exceptions import finding
from app.reconciliation.exceptions.finding import BookException
from app.worker import catch_up
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.plan_world import a_running_plan, follow_up
from tests.stripe_account import Account
from tests.stripe_bodies import charge

pytestmark = pytest.mark.both_databases


def settle(donation, **changes):
    with writing():
        settlement.settle(read_charge(charge(donation, **changes)))


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
    return [each for each in finding.find(**values) if each.kind in kinds]


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
        BookException("unclaimed charge", "ch_x", "£7.00 on 2026-07-01 belongs to no donation"),
        BookException("unclaimed charge", "ch_y", "€1,234.56 on 2026-07-01 belongs to no donation"),
    ]
    with writing():
        reversing.reverse(posting.find("stripe:ch_x:received"), memo="given back", recorded_by="ada")
    assert [each.reference for each in listed()] == ["ch_y"]


def test_an_event_that_waits_for_more_than_ten_minutes_is_listed_with_its_error(app):
    an_event("evt_young", minutes_ago=9)
    an_event("evt_old", minutes_ago=11)
    an_event("evt_failed", minutes_ago=60, attempts=7, last_error="PaymentsUnavailable: no answer")
    assert listed() == [
        BookException("pending event", "evt_old", "charge.succeeded, tried 0 times: not yet"),
        BookException("pending event", "evt_failed", "charge.succeeded, tried 7 times: PaymentsUnavailable: no answer"),
    ]


def test_a_receipt_that_failed_is_listed_at_once_and_one_that_nobody_tried_after_ten_minutes(app):
    appeal = an_appeal()
    gifts = [a_pledge(appeal, f"nonce-{number}").reference for number in range(3)]
    for number, reference in enumerate(gifts):
        settle(reference, charge_id=f"ch_{number}")
    failed, untried, _young = db.session.scalars(select(Receipt).order_by(Receipt.id)).all()
    with writing() as session:
        session.execute(update(Receipt).where(Receipt.id == failed.id).values(attempts=2, last_error="OSError"))
        late = clock.now() - timedelta(minutes=11)
        session.execute(update(Receipt).where(Receipt.id == untried.id).values(requested_at=late))
    assert listed() == [
        BookException("receipt", f"donation:{gifts[0]}", "tried 2 times: OSError"),
        BookException("receipt", f"donation:{gifts[1]}", "tried 0 times: not yet"),
    ]


def test_no_more_of_a_kind_are_listed_than_asked_for(app):
    for number in range(3):
        an_event(f"evt_{number}", minutes_ago=60)
        settle(None, charge_id=f"ch_{number}")
    assert len(listed(most=2)) == 4
    assert len(listed()) == 6


def of_kind(kind):
    db.session.rollback()
    return [(each.reference, each.what) for each in finding.find() if each.kind == kind]


def days_ago(days):
    return int((clock.now() - timedelta(days=days)).timestamp())


def test_a_gift_whose_fee_is_unknown_after_a_day_is_listed_until_stripe_says_it(app):
    appeal = an_appeal()
    references = [a_pledge(appeal, f"nonce-{number}").reference for number in range(3)]
    for reference, age in zip(references, (0, 2, 3), strict=True):
        settle(reference, charge_id=f"ch_{age}", created=days_ago(age))
    day = clock.local_day(clock.now() - timedelta(days=2))
    listed = of_kind("unknown fee")
    assert [reference for reference, _ in listed] == [references[2], references[1]]
    assert listed[1][1] == f"£25.00 on {day}, ch_2: Stripe has not said what it kept of it"
    with writing() as session:
        session.add(
            StripeTransaction(
                txn_id="txn_3", source_id="ch_3", type="charge", amount_minor=2500, fee_minor=50, net_minor=2450,
                currency="gbp", created_at=clock.now(), available_on=clock.now(),
            )
        )  # fmt: skip
    assert [reference for reference, _ in of_kind("unknown fee")] == [references[1]]


def test_a_fee_of_which_no_event_told_is_looked_up_for_one_off_and_monthly_gifts(app, settings):
    account, appeal = Account(now=days_ago(2)), an_appeal()
    once = account.gives(a_pledge(appeal).reference)
    _, months = a_running_plan(appeal, "monthly")
    (name, monthly), *_ = months.charges.items()
    # The month's charge names no donation; Stripe's list of movements leads to it, and it is known by then.
    account.charges[name] = {**monthly, "balance_transaction": account.moves("charge", name, 1000, 35)}
    settle(once["metadata"]["donation"], charge_id=once["id"], created=account.now)
    assert books_kept.balance("expenses:card-fees:gbp") == 0
    account.events.clear()
    db.session.rollback()
    catch_up.catch_up(account, settings)
    assert books_kept.balance("expenses:card-fees:gbp") == 50 + 35
    assert of_kind("unknown fee") == []


def test_a_second_subscription_that_claims_a_plan_is_listed_until_it_is_over(app):
    plan, stripe = a_running_plan(an_appeal())
    own, stripe.body["id"] = stripe.body["id"], "sub_second"
    follow_up([stripe.told(), stripe.told()], stripe)
    assert of_kind("second subscription") == [
        ("sub_second", f"claims the plan {plan.reference}, which {own} carries out: the donor may be charged twice")
    ]
    follow_up([stripe.ends()], stripe)
    assert of_kind("second subscription") == []


def test_a_payout_that_never_fits_is_looked_at_once_a_day_and_stays_listed(app):
    account = Account(now=days_ago(5))
    account.gives(a_pledge(an_appeal()).reference)
    paid = account.pays_out()
    del account.paid_in[next(iter(account.paid_in))]
    books_kept.deliver_all(app, account)
    kept = db.session.scalars(select(Payout)).one()
    assert kept.last_error == "NeedsSomebody: the parts come to £0.00 of £24.50"
    assert kept.next_try_at - clock.now() > timedelta(hours=23)
    assert [reference for reference, _ in of_kind("payout")] == [paid["id"]]
