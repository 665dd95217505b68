"""Refunds in the office: asked for once, with a reason, never more than is left; and what came of it is said."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.payments.trouble import PaymentsUnavailable
from app.services import services
from app.worker import duties, refunds
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.office.offline.hand_pages import page, said
from tests.stripe_account import Account


@pytest.fixture
def account(app):
    """Stripe, with one gift of £25."""
    account = Account()
    account.gives(a_pledge(an_appeal()).reference)
    books_kept.deliver_all(app, account)
    services(app).gateway = account
    db.session.rollback()
    return account


def address():
    return f"/office/refunds/{db.session.scalars(select(Donation.reference)).one()}"


def give_back(client, amount, reason="She asked for it"):
    shown = page(client.get(address())).select_one("#shown")["value"]
    return client.post(address(), data={"amount": amount, "reason": reason, "shown": shown, "confirmed": "yes"})


@pytest.mark.both_databases
def test_a_button_pressed_twice_gives_money_back_once(account, signed_in):
    client = signed_in("treasurer")
    sent = {"amount": "10", "reason": "She asked for it", "shown": "2500", "confirmed": "yes"}
    assert client.post(address(), data=sent).status_code == 303
    again = client.post(address(), data=sent)
    assert again.status_code == 409
    assert "You can refund up to £15.00 of this gift" in said(again)
    assert [each["amount"] for each in account.refunds.values()] == [1000]
    assert page(again).select_one("#shown")["value"] == "1500"


def test_a_part_is_given_back_and_the_page_of_the_gift_says_so(account, signed_in):
    client = signed_in("treasurer")
    assert page(client.get(address())).select_one("#amount")["value"] == ""
    answer = give_back(client, "10")
    assert answer.status_code == 303
    text = said(client.get(answer.location))
    assert "£10.00 is being refunded." in text
    assert "Refund of £10.00 requested by Nasreen Akhtar: done" in text
    assert "She asked for it" in text
    assert [each["amount"] for each in account.refunds.values()] == [1000]
    assert db.session.scalars(select(AuditRecord.action)).all() == ["donation.refunded"]
    assert "£15.00 of £25.00 can be refunded" in said(client.get(address()))


def test_what_cannot_be_given_back_is_said_and_what_was_typed_is_kept(account, signed_in):
    client = signed_in("treasurer")
    for amount, reason, words in (
        ("25.01", "r", "You can refund up to £25.00 of this gift"),
        ("0", "r", "The amount must be greater than zero"),
        ("ten", "r", "Enter an amount in figures"),
        ("10", "", "Enter a reason for the refund"),
    ):
        answer = give_back(client, amount, reason)
        assert answer.status_code == 422
        assert words in said(answer)
        assert page(answer).select_one("#amount")["value"] == amount
    assert account.refunds == {}


def test_while_stripe_is_away_the_refund_is_held_and_the_worker_makes_it_once(account, signed_in, monkeypatch):
    client = signed_in("treasurer")

    def away(*_):
        raise PaymentsUnavailable

    with monkeypatch.context() as offline:
        offline.setattr(account, "make_refund", away)
        text = said(client.get(give_back(client, "10").location))
    assert "Stripe cannot be reached at the moment. We will keep trying to refund £10.00" in text
    assert "You can refund up to £15.00 of this gift" in said(give_back(client, "20"))
    with writing():
        db.session.scalars(select(DonationRefund)).one().next_try_at = None
    duties.do_all_due([refunds.duty(account)])
    assert [each["amount"] for each in account.refunds.values()] == [1000]


def test_what_stripe_refuses_is_said_and_leaves_the_gift_whole(account, signed_in):
    client, account.refuses_refunds = signed_in("treasurer"), True
    text = said(client.get(give_back(client, "10").location))
    assert "Stripe refused to refund £10.00. Nothing was refunded." in text
    assert "£25.00 of £25.00 can be refunded" in said(client.get(address()))


def test_a_gift_that_was_given_back_whole_has_nothing_left(account, signed_in):
    client = signed_in("treasurer")
    give_back(client, "25")
    assert "Nothing left to refund" in said(client.get(address()))
    assert "Refund this gift" not in client.get(address().replace("refunds", "donations")).text


def test_a_gift_that_was_never_paid_cannot_be_given_back(app, signed_in):
    a_pledge(an_appeal())
    db.session.rollback()
    assert signed_in("treasurer").get(address()).status_code == 404


def test_a_refund_that_the_worker_was_quicker_to_ask_for_is_waited_for(account, signed_in, monkeypatch):
    client, real = signed_in("treasurer"), refunds.Duty.work_once

    def a_worker_was_quicker(duty):
        # The worker claims the row, and has its answer by the time that somebody looks a second time.
        monkeypatch.setattr(refunds.time, "sleep", lambda _: (leased(None), real(duty)))
        leased(clock.now() + timedelta(minutes=1))
        return False

    def leased(until):
        with writing():
            db.session.scalars(select(DonationRefund)).one().leased_until = until

    monkeypatch.setattr(refunds.Duty, "work_once", a_worker_was_quicker)
    assert "£10.00 is being refunded." in said(client.get(give_back(client, "10").location))
    assert [each["amount"] for each in account.refunds.values()] == [1000]
