"""Refunding: of several who ask for the same money at once, one gets it, whoever and wherever they are."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.database import db, writing
from app.donations import refunds as donations_refunds
from app.donations import stripe_news
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.ledger import verifying
from app.money import Money
from app.worker import duties, refunds
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).parents[2]
TOLD = "£0.00 of this gift is left to refund"


@pytest.fixture
def account(app):
    """Stripe, with one gift of £25 that the books know."""
    account = Account()
    account.gives(a_pledge(an_appeal()).reference)
    charge = account.charge(next(iter(account.charges)))
    with writing():
        stripe_news.settle(charge)
    return account


def one_refund(account):
    """There is one refund of the whole gift, here and at Stripe."""
    duties.do_all_due([refunds.duty(account)])
    assert [each["amount"] for each in account.refunds.values()] == [2500]
    assert db.session.scalar(select(func.count()).select_from(DonationRefund)) == 1
    assert donations_refunds.left(db.session.scalars(select(Donation)).one()) == Money(0, "gbp")
    assert verifying.faults() == []


def test_of_32_threads_that_ask_for_all_of_it_one_wins_and_the_others_are_told_why(app, account):
    def ask(_):
        with app.app_context():
            try:
                with writing():
                    donations_refunds.ask(db.session.scalars(select(Donation)).one(), None, by="test", reason="")
            except donations_refunds.MoreThanIsLeft as refusal:
                return str(refusal)
            finally:
                db.session.remove()
        return "granted"

    with ThreadPoolExecutor(32) as pool:
        answers = sorted(pool.map(ask, range(32)))
    assert answers == [*[TOLD] * 31, "granted"] or answers == ["granted", *[TOLD] * 31]
    one_refund(account)


def test_of_four_processes_with_eight_threads_each_one_wins_and_the_others_are_told_why(
    app, account, database_url, tmp_path
):
    command = [sys.executable, "-m", "tests.donations.asks_for_a_refund", database_url, str(tmp_path), "8"]
    asking = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [each.stdout.readline() for each in asking] == ["ready\n"] * 4
    for each in asking:
        each.stdin.write("go\n")
        each.stdin.flush()
    answers = sorted(line for each in asking for line in each.communicate(timeout=60)[0].splitlines())
    assert answers.count("granted") == 1
    assert answers.count(TOLD) == 31
    one_refund(account)


def test_a_refund_made_at_stripe_meanwhile_is_not_given_a_second_time(app, account):
    account.gives_back(next(iter(account.charges.values())), 2000)
    with writing():
        donations_refunds.ask(db.session.scalars(select(Donation)).one(), None, by="test", reason="")
    duties.do_all_due([refunds.duty(account)])
    assert [each["amount"] for each in account.refunds.values()] == [2000]
    assert db.session.scalars(select(DonationRefund.state)).all() == ["refused"]
