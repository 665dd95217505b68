"""Monthly plans: whatever the order of the news, one donation a month, and the plan stands as at Stripe."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.appeals import raised
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import settlement, stripe_news
from app.donations.donation import Donation
from app.donations.plans import changes, payments, planning
from app.donations.plans.plan import Plan
from app.emails.email import DueEmail
from app.ledger.entries import Entry
from app.money import Money
from app.payments import objects as charges
from app.payments import subscription
from app.payments.inbox import News
from app.receipts.receipt import Receipt
from app.reconciliation.exceptions import plans as exceptions_plans
from app.worker import emails
from tests import stripe_bodies as says
from tests.cast import a_gift, an_appeal
from tests.plan_world import Months, a_plan, a_running_plan, follow_up

pytestmark = pytest.mark.both_databases


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def read(plan) -> Plan:
    db.session.rollback()
    return db.session.get_one(Plan, plan.id, populate_existing=True)


def letters() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(row.kind, row.state) for row in db.session.scalars(select(DueEmail).order_by(DueEmail.id))]


def test_the_same_form_sent_twice_is_one_plan_and_changed_content_another(app):
    appeal = an_appeal()
    with writing():
        first = planning.pledge_plan(appeal, a_gift(), "n")
        assert planning.pledge_plan(appeal, a_gift(), "n").id == first.id
        assert planning.pledge_plan(appeal, a_gift(3000), "n").id != first.id
    assert count(Donation) == 0


def test_a_paid_month_is_a_donation_with_its_entry_and_its_receipt_counted_for_the_appeal(app):
    appeal = an_appeal()
    plan, _ = a_running_plan(appeal, message="Keep on")
    donation = db.session.scalars(select(Donation)).one()
    assert (donation.plan_id, donation.state, donation.charge_id) == (plan.id, "received", "ch_nonce-1m1")
    assert (donation.name, donation.email, donation.message) == ("Łucja Okoń", "lucja@example.org", "Keep on")
    assert db.session.scalars(select(Receipt.donation_id)).all() == [donation.id]
    entry = db.session.scalars(select(Entry).where(Entry.kind == "gift")).one()
    assert entry.subject == f"donation:{donation.reference}"
    assert raised.by(db.session.get_one(Appeal, appeal.id)).amount == Money(1000, "gbp")


@pytest.mark.parametrize("order", range(12))
def test_any_order_and_repetition_of_the_news_makes_one_donation_a_month(app, order):
    plan = a_plan(an_appeal())
    stripe = Months(plan)
    chance = random.Random(order)
    events = [*stripe.pays(1), *stripe.pays(2), *stripe.pays(3)] * 2
    chance.shuffle(events)
    follow_up(events, stripe)
    assert count(Donation) == count(Receipt) == 3
    assert db.session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == "gift")) == 3
    assert db.session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == "unclaimed-charge")) == 0
    now = read(plan)
    assert (now.state, now.subscription_id, now.customer_id) == ("active", "sub_1", "cus_sub_1")
    assert now.started_at is not None
    assert now.next_payment_at is not None


def test_a_plans_charge_told_without_its_plan_stays_the_donation_it_is(app):
    """A refund's or a dispute's charge may be read from a body that does not name the plan."""
    _, stripe = a_running_plan(an_appeal())
    with writing():
        settlement.settle(charges.read_charge(stripe.charges["ch_nonce-1m1"]))
    assert count(Donation) == 1
    assert db.session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == "unclaimed-charge")) == 0


def test_a_charge_of_somebody_elses_subscription_is_no_donation(app):
    an_appeal()
    with writing():
        charge = charges.read_charge(says.charge(None))
        assert payments.donation_of(charge) is None
        planning.note(subscription.read(says.subscription("unknown"), clock.now()))
    assert count(Plan) == 0


def test_a_failing_month_makes_one_letter_however_often_it_is_told_and_a_paid_one_mends_it(app):
    plan, stripe = a_running_plan(an_appeal())
    follow_up(stripe.fails() * 3, stripe)
    assert read(plan).state == "past_due"
    assert read(plan).past_due_since is not None
    assert letters() == [(planning.PAYMENT_FAILED, "due")]
    follow_up(stripe.fails(3), stripe)
    assert letters() == [(planning.PAYMENT_FAILED, "due")] * 2
    follow_up(stripe.pays(3), stripe)
    assert (read(plan).state, read(plan).past_due_since) == ("active", None)
    assert count(Donation) == 2


def test_a_pause_its_end_and_another_amount_are_taken_over(app):
    plan, stripe = a_running_plan(an_appeal())
    until = clock.now().replace(microsecond=0) + timedelta(days=60)
    stripe.body["pause_collection"] = {"behavior": "void", "resumes_at": int(until.timestamp())}
    follow_up([stripe.told()], stripe)
    assert (read(plan).state, read(plan).paused_until) == ("paused", until)
    stripe.body["pause_collection"] = None
    stripe.body["items"] = stripe._items(1500)
    follow_up([stripe.told()], stripe)
    assert (read(plan).state, read(plan).paused_until, read(plan).amount) == ("active", None, Money(1500, "gbp"))


def test_an_ended_plan_stays_ended_and_is_thanked_once(app):
    plan, stripe = a_running_plan(an_appeal())
    late = stripe.told()
    follow_up([stripe.ends()] * 2, stripe)
    stripe.body.update(status="active", ended_at=None)
    follow_up([late], stripe)
    assert read(plan).state == "ended"
    assert letters() == [(planning.PLAN_ENDED, "due")]


def test_a_plan_of_which_we_hear_only_when_it_is_over_had_begun_and_is_thanked(app):
    plan = a_plan(an_appeal())
    stripe = Months(plan)
    told = [*stripe.pays(), stripe.ends()]
    follow_up(told, stripe)
    assert (read(plan).state, read(plan).started_at is not None) == ("ended", True)
    assert letters() == [(planning.PLAN_ENDED, "due")]


def test_a_look_from_before_changes_nothing_that_a_later_one_has_told(app):
    plan, stripe = a_running_plan(an_appeal())
    stripe.looked = timedelta(minutes=1)
    stripe.body["items"] = stripe._items(1500)
    follow_up([stripe.told()], stripe)
    stripe.looked = timedelta(0)
    stripe.body["items"] = stripe._items(1000)
    follow_up([stripe.told()], stripe)
    assert read(plan).amount == Money(1500, "gbp")


def test_another_subscription_for_the_same_plan_does_not_take_its_place(app):
    plan, stripe = a_running_plan(an_appeal())
    other = Months(plan, "other")
    other.body["status"] = "canceled"
    follow_up([other.told()], other)
    assert (read(plan).state, read(plan).subscription_id) == ("active", stripe.body["id"])


def test_a_checkout_that_closes_unpaid_ends_the_plan_without_a_letter(app):
    plan = a_plan(an_appeal())
    closed = says.session(None, metadata={"plan": plan.reference}, payment_status="unpaid")
    follow_up([says.event("checkout.session.expired", closed)], Months(plan))
    assert (read(plan).state, read(plan).started_at) == ("ended", None)
    assert letters() == []


def test_a_plan_that_has_begun_does_not_end_with_an_expired_checkout(app):
    plan, stripe = a_running_plan(an_appeal())
    closed = says.session(None, metadata={"plan": plan.reference}, payment_status="unpaid")
    follow_up([says.event("checkout.session.expired", closed)], stripe)
    assert read(plan).state == "active"


def test_an_invoice_that_is_not_of_a_subscription_means_nothing_here(app):
    found = stripe_news.look(News(says.event("invoice.payment_failed", {"id": "in_1", "parent": None})), None)
    assert found == stripe_news.StripeNews()


def test_a_plan_whose_appeal_has_ended_is_listed_and_its_donor_is_asked_once(app, settings):
    appeal = an_appeal()
    plan, _stripe = a_running_plan(appeal)
    with writing():
        planning.ask_donors_of_ended_appeals()
    assert exceptions_plans.of_ended_appeals(10) == []
    with writing():
        db.session.get_one(Appeal, appeal.id).ends_on = clock.today() - timedelta(days=1)
        appeals_writing.ensure_general_fund("gbp", "General fund", "For all of our work.")
    for _ in range(2):
        with writing():
            planning.ask_donors_of_ended_appeals()
    (found,) = exceptions_plans.of_ended_appeals(10)
    assert (found.kind, found.reference) == ("plan of an ended appeal", plan.reference)
    due = db.session.scalars(select(DueEmail).where(DueEmail.kind == planning.APPEAL_ENDED)).one()
    with writing():
        mail = emails.COMPOSERS[due.kind](due, settings)
    assert mail.subject == "“Keep the press turning” has ended: should your monthly gift continue?"
    for body in (mail.text, mail.html):
        assert "continues, for the same purpose, until you end it" in body
        assert "http://localhost/plans/" in body
        assert "give it to “General fund” or another open appeal instead" in body


def move(plan, appeal, stripe):
    with writing():
        asked = changes.ask(db.session.get_one(Plan, plan.id), changes.to_appeal(db.session.merge(appeal)))
    changed = changes.carry_out(asked, stripe)
    with writing():
        changes.done(asked, changed)


def given_to():
    """Each payment's charge, and the appeal that it is for."""
    db.session.rollback()
    rows = db.session.execute(
        select(Donation.charge_id, Appeal.slug).join(Appeal, Appeal.id == Donation.appeal_id).order_by(Donation.id)
    )
    return [tuple(row) for row in rows]


def test_a_plan_moves_to_another_appeal_and_what_was_under_way_stays_where_its_invoice_says(app):
    press = an_appeal()
    plan, stripe = a_running_plan(press)
    roof, bell = an_appeal("roof", title="A new roof"), an_appeal("bell", title="A new bell")
    under_way = stripe.pays(2)
    move(plan, roof, stripe)
    follow_up(under_way, stripe)
    follow_up(stripe.pays(3), stripe)
    later = stripe.pays(4)
    move(plan, bell, stripe)
    follow_up(later, stripe)
    follow_up(stripe.pays(5), stripe)
    assert [slug for _charge, slug in given_to()] == ["press-fund", "press-fund", "roof", "roof", "bell"]
    totals = [raised.by(db.session.get_one(Appeal, each.id)).amount.minor for each in (press, roof, bell)]
    assert totals == [2000, 2000, 1000]
    asked = db.session.scalars(select(DueEmail.kind).where(DueEmail.kind == planning.PLAN_MOVED)).all()
    assert len(asked) == 2
    follow_up([stripe.told()], stripe)
    assert read(plan).appeal_id == bell.id


def test_a_plan_moves_only_to_an_appeal_that_takes_gifts_in_its_currency(app):
    press = an_appeal()
    plan, _stripe = a_running_plan(press)
    ended = an_appeal("old", ends_on=clock.today() - timedelta(days=1), starts_on=clock.today() - timedelta(days=9))
    euros = an_appeal("euros", currency="eur")
    for appeal in (press, ended, euros):
        with pytest.raises(changes.NotPossibleNow), writing():
            changes.ask(db.session.get_one(Plan, plan.id), changes.to_appeal(db.session.merge(appeal)))
    assert changes.other_appeals(read(plan)) == []


def test_the_donor_of_a_plan_that_moved_is_asked_again_when_that_appeal_ends_on_the_same_day(app):
    press = an_appeal()
    plan, stripe = a_running_plan(press)
    roof = an_appeal("roof")
    yesterday = clock.today() - timedelta(days=1)
    with writing():
        db.session.get_one(Appeal, press.id).ends_on = yesterday
        planning.ask_donors_of_ended_appeals()
    move(plan, roof, stripe)
    with writing():
        planning.ask_donors_of_ended_appeals()
        db.session.get_one(Appeal, roof.id).ends_on = yesterday
        planning.ask_donors_of_ended_appeals()
    assert len(db.session.scalars(select(DueEmail).where(DueEmail.kind == planning.APPEAL_ENDED)).all()) == 2
