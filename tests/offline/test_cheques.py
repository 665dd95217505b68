"""Cheques: paid in with a slip, and what happens to the gift and its receipt when the bank does not pay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.database import db, writing
from app.donations import by_hand, refunds
from app.donations.donation import IN_KIND
from app.emails.email import DueEmail
from app.ledger import verifying
from app.ledger.entries import Entry
from app.offline import cheques, paying_in, promises
from app.receipts.receipt import Receipt
from app.worker import emails
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, a_count, a_gift_by, again, held, raised_by, state_of

pytestmark = pytest.mark.usefixtures("app")


def bounce(donation):
    with writing():
        cheques.bounce(again_in(donation), clock.today(), by="treasurer")


def again_in(donation):
    return db.session.get_one(type(donation), donation.id)


@pytest.mark.both_databases
def test_a_cheque_that_bounces_leaves_the_appeal_once_and_stays_one_gift_by_number():
    appeal = an_appeal()
    cheque = a_cheque(appeal)
    bounce(cheque)
    bounce(cheque)
    assert raised_by(appeal) == (0, 1)
    assert held("assets:cheques:gbp") == 0
    assert refunds.net_amount(again(cheque)).minor == 0
    kinds = db.session.scalars(select(Entry.kind).order_by(Entry.id)).all()
    assert kinds == ["cheque", "bounced"]
    assert verifying.faults() == []


def test_its_receipt_is_dropped_while_it_is_only_due():
    cheque = a_cheque(an_appeal(), email="lucja@example.org")
    bounce(cheque)
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0


@pytest.mark.both_databases
def test_its_giver_is_told_once_by_email_and_one_without_an_address_is_not(settings):
    cheque, nameless = a_cheque(an_appeal(), email="lucja@example.org"), a_cheque(an_appeal("two"), submission="two")
    for each in (cheque, cheque, nameless):
        bounce(each)
    told, untold = db.session.scalars(select(DueEmail).order_by(DueEmail.id)).all()
    with writing():
        mail = emails.COMPOSERS[told.kind](told, settings)
        assert emails.COMPOSERS[untold.kind](untold, settings) is None
    assert (mail.to, mail.subject) == ("lucja@example.org", "Your cheque for £25.00 was not paid")
    for body in (mail.text, mail.html):
        assert "Your cheque 000123 for £25.00, which you gave to Keep the press turning" in body
        assert "If we have sent you a receipt for it, it is no longer valid." in body


def test_only_a_cheque_that_counts_can_bounce():
    appeal = an_appeal()
    gift = a_gift_by(IN_KIND, appeal)
    with pytest.raises(cheques.NotACheque):
        bounce(gift)
    assert raised_by(appeal) == (2500, 1)


def test_a_slip_needs_a_reference_and_a_day_that_has_come():
    sheet = a_count(an_appeal())
    with pytest.raises(paying_in.NotASlip), writing():
        paying_in.pay_in([sheet], [], "", clock.today())
    with pytest.raises(by_hand.NotYet), writing():
        paying_in.pay_in([sheet], [], "500123", clock.today() + timedelta(days=1))
    assert sheet.state == "counted"


def test_what_was_paid_in_and_has_not_arrived_can_be_paid_in_anew():
    cheque = a_cheque(an_appeal())
    for slip in ("500123", "500124"):
        with writing():
            paying_in.pay_in([], [cheque], slip, clock.today())
    row = by_hand.of(again(cheque))
    assert (row.state(cheque), row.paying_in) == ("paid-in", "500124")


def test_a_post_dated_cheque_waits_for_its_day():
    appeal = an_appeal()
    cheque = a_cheque(appeal, dated_on=clock.today() + timedelta(days=3), email="lucja@example.org")
    with pytest.raises(paying_in.NotPayableYet), writing():
        paying_in.pay_in([], [cheque], "500123", clock.today())
    assert (state_of(cheque), raised_by(appeal), held("assets:cheques:gbp")) == ("post-dated", (0, 0), 0)
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    with pytest.raises(cheques.NotACheque):
        bounce(cheque)


@pytest.mark.both_databases
def test_a_post_dated_cheque_is_received_on_the_day_that_it_carries(monkeypatch):
    appeal, day = an_appeal(), clock.today() + timedelta(days=3)
    cheque = a_cheque(appeal, dated_on=day, email="lucja@example.org")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=5))
    for number in (1, 0):
        with writing():
            assert promises.cheques_come_due("clock") == number
    assert (state_of(cheque), raised_by(appeal), held("assets:cheques:gbp")) == ("waiting", (2500, 1), 2500)
    assert clock.local_day(again(cheque).received_at) == day
    assert db.session.scalars(select(Receipt.donation_id)).all() == [cheque.id]
    assert verifying.faults() == []


def test_what_is_not_at_hand_is_not_paid_in():
    appeal = an_appeal()
    cheque, in_kind = a_cheque(appeal), a_gift_by(IN_KIND, appeal, submission="kind")
    bounce(cheque)
    for gift in (cheque, in_kind):
        with pytest.raises(paying_in.NotAtHand), writing():
            paying_in.pay_in([], [gift], "500123", clock.today())
    assert by_hand.of(again(in_kind)).paying_in is None
