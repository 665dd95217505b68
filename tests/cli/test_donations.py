"""`flask donations refund`: what became of a refund is said in words, and never more is given back than is left."""

import pytest
from sqlalchemy import select

from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import stripe_news
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.money import Money
from app.payments.trouble import PaymentsUnavailable
from app.services import services
from app.worker import duties, refunds
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def account(app):
    """Stripe, with one gift of £25 that the books know."""
    account = Account()
    account.gives(a_pledge(an_appeal()).reference)
    charge = account.charge(next(iter(account.charges)))
    with writing():
        stripe_news.settle(charge)
    services(app).gateway = account
    db.session.rollback()
    return account


def refund(app, *args, reference=None):
    reference = reference or db.session.scalar(select(Donation.reference))
    db.session.rollback()
    given = ["donations", "refund", reference, "--reason", "She asked for it back.", *args]
    return app.test_cli_runner().invoke(args=given)


def total():
    db.session.rollback()
    return raised.by(db.session.scalars(select(Appeal)).one()).amount


def test_a_part_is_given_back_and_the_public_total_falls(app, account):
    result = refund(app, "--amount", "10")
    assert (result.exit_code, result.output) == (
        0,
        "£10.00 is being refunded. £15.00 of the gift is left.\n",
    )
    assert total() == Money(1500, "gbp")
    assert [each["amount"] for each in account.refunds.values()] == [1000]
    row = db.session.scalars(select(DonationRefund)).one()
    assert (row.state, row.asked_by, row.reason) == ("succeeded", "treasurer", "She asked for it back.")


def test_without_an_amount_all_that_is_left_is_given_back(app, account):
    refund(app, "--amount", "£10.00")
    assert refund(app).output == "£15.00 is being refunded. £0.00 of the gift is left.\n"
    assert total() == Money(0, "gbp")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--amount", "25.01"], "Nothing was refunded: £25.00 of this gift is left to refund."),
        (["--amount", "0"], "Nothing was refunded: £25.00 of this gift is left to refund."),
        (["--amount", "ten"], "Nothing was refunded: Enter an amount in figures, like 25 or 12.50."),
        (["--amount=-5"], "Nothing was refunded: Enter an amount in figures, like 25 or 12.50."),
    ],
)
def test_what_cannot_be_given_back_is_refused_in_words(app, account, args, words):
    result = refund(app, *args)
    assert result.exit_code == 1
    assert words in result.output
    assert account.refunds == {}
    assert total() == Money(2500, "gbp")


def test_a_gift_that_nobody_has_or_that_was_not_received_cannot_be_given_back(app, account):
    assert "There is no gift with the reference abc." in refund(app, reference="abc").output
    pledge = a_pledge(an_appeal("other"), "nonce-2").reference
    assert "has not been received" in refund(app, reference=pledge).output


def test_a_reason_must_be_given(app, account):
    result = app.test_cli_runner().invoke(args=["donations", "refund", "abc"])
    assert result.exit_code == 2
    assert "--reason" in result.output


def test_what_stripe_refuses_is_said_and_leaves_the_amount_free(app, account):
    account.refuses_refunds = True
    result = refund(app, "--amount", "10")
    assert result.exit_code == 1
    assert "Stripe refused to refund £10.00. Nothing was refunded. £25.00 is left." in result.output


def test_while_stripe_cannot_be_reached_the_amount_is_held_and_the_worker_goes_on(app, account, monkeypatch):
    def away(*_):
        raise PaymentsUnavailable

    with monkeypatch.context() as offline:
        offline.setattr(account, "make_refund", away)
        result = refund(app, "--amount", "10")
    assert result.output == "£10.00 will be refunded. Stripe cannot be reached yet; the worker keeps trying.\n"
    assert "£15.00 of this gift is left" in refund(app, "--amount", "20").output
    with writing():
        db.session.scalars(select(DonationRefund)).one().next_try_at = None
    duties.do_all_due([refunds.duty(account)])
    assert total() == Money(1500, "gbp")
