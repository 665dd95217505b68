"""Debits: on their way, received on the day the money comes, failed, and taken back by the giver's bank."""

from datetime import timedelta
from itertools import permutations

import pytest
from bs4 import BeautifulSoup
from flask import render_template
from sqlalchemy import select

from app import clock
from app.appeals import income, raised
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import methods, receipts, search, timeline, went_back
from app.donations.donation import Donation
from app.emails.email import DueEmail
from app.ledger import journal, trial_balance, verifying
from app.ledger.journal import JournalFilter
from app.money import Money
from app.payments.inbox import StripeEvent
from app.receipts.receipt import Receipt
from tests import books_kept, written_books
from tests import stripe_bodies as says
from tests.cast import a_gift, a_pledge, an_appeal
from tests.plan_world import a_plan
from tests.scratch import Scratch
from tests.stripe_account import DAY, Account

pytestmark = pytest.mark.usefixtures("app")

BACS = {"type": "bacs_debit", "bacs_debit": {"last4": "2345"}}


class Debit(Account):
    """A gift of £25 by Bacs Direct Debit, from the giver's mandate on, as far as it goes."""

    def __init__(self, app, reference: str, **changes) -> None:
        super().__init__()
        self.app, self.reference, self.told = app, reference, 0
        self.charged = says.charge(
            reference, charge_id="ch_bacs", status="pending", paid=False, payment_method_details=BACS,
            failure_balance_transaction=None, **changes,
        )  # fmt: skip
        self.charges["ch_bacs"] = self.charged

    def is_begun(self) -> None:
        self.happens("checkout.session.completed", says.session(
            self.reference, charge_id="ch_bacs", payment_status="unpaid"))  # fmt: skip
        self.happens("payment_intent.processing", says.intent(self.reference, charge_id="ch_bacs", status="processing"))
        self.happens("charge.pending", self.charged)

    def comes(self) -> None:
        self.now += 4 * DAY
        self.charged.update(status="succeeded", paid=True)
        self.happens("charge.succeeded", self.charged)
        self.charged["balance_transaction"] = self.moves("payment", "ch_bacs", 2500, 20)
        self.happens("charge.updated", self.charged)
        self.happens("checkout.session.async_payment_succeeded", says.session(self.reference, charge_id="ch_bacs"))

    def fails_to_come(self) -> None:
        self.now += 4 * DAY
        self.charged.update(status="failed")
        self.happens("charge.failed", self.charged)
        self.happens("payment_intent.payment_failed", says.intent(self.reference, charge_id="ch_bacs"))
        self.happens("checkout.session.async_payment_failed", says.session(
            self.reference, charge_id="ch_bacs", payment_status="unpaid"))  # fmt: skip

    def is_returned(self) -> None:
        self.now += 10 * DAY
        back = self.moves("payment_failure_refund", "ch_bacs", -2500)
        self.charged.update(status="failed", paid=False, failure_balance_transaction=back)
        self.happens("charge.failed", {**self.charged, "failure_balance_transaction": back["id"]})

    def tells(self) -> None:
        """Stripe delivers what it has not delivered yet, and the worker follows up."""
        fresh, self.told = self.events[self.told :], len(self.events)
        for each in fresh:
            books_kept.deliver(self.app, each)
        books_kept.work_off(self)


@pytest.fixture
def debit(app):
    return Debit(app, a_pledge(an_appeal()).reference)


def gift() -> Donation:
    db.session.rollback()
    return db.session.scalars(select(Donation)).one()


def page(client) -> str:
    answer = client.get(f"/donations/{gift().reference}")
    return " ".join(BeautifulSoup(answer.text, "html.parser").select_one("main").get_text(" ").split())


def total() -> Money:
    db.session.rollback()
    return raised.by(db.session.scalars(select(Appeal)).one()).amount


def letters() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(DueEmail.kind).order_by(DueEmail.id)))


def test_a_debit_on_its_way_is_no_income_and_says_how_long_it_takes(client, debit):
    debit.is_begun()
    debit.tells()
    assert (gift().state, gift().paid_by, gift().received_at) == ("on-its-way", "bacs_debit", None)
    assert total() == Money(0, "gbp")
    assert (books_kept.entries(), db.session.scalars(select(Receipt)).all(), letters()) == ([], [], [])
    text = page(client)
    assert "Your gift is on its way" in text
    assert "You are paying by Bacs Direct Debit" in text
    assert "four working days, or up to seven with a new mandate" in text
    assert "please do not pay again" in text
    assert "not been charged" not in text
    assert "Pay £25" not in text
    assert "payment page" not in text
    answer = client.get(f"/donations/{gift().reference}/cancelled")
    assert (answer.status_code, answer.location) == (303, f"/donations/{gift().reference}")


def test_before_stripe_says_by_what_it_is_paid_the_page_says_no_more_than_is_known(client, debit):
    debit.is_begun()
    books_kept.deliver(debit.app, debit.events[0])
    assert gift().state == "on-its-way"
    assert "Your bank has been asked for the money. This takes a few working days." in page(client)


def test_the_same_form_sent_again_meanwhile_is_the_same_gift(app, debit):
    debit.is_begun()
    debit.tells()
    appeal = db.session.scalars(select(Appeal)).one()
    assert a_pledge(appeal, "nonce-1", a_gift()).reference == debit.reference


def test_it_is_received_on_the_day_the_money_comes_and_the_day_of_the_charge_is_kept(app, client, settings, debit):
    debit.is_begun()
    debit.comes()
    debit.tells()
    charged = clock.from_timestamp(says.CREATED)
    assert (gift().state, gift().charged_at) == ("received", charged)
    assert gift().received_at == charged + timedelta(days=4)
    assert total() == Money(2500, "gbp")
    receipt = db.session.scalars(select(Receipt)).one()
    draft = receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
    assert (draft.method, draft.received_on) == ("bacs_debit", "2026-07-05")
    assert "Paid by Bacs Direct Debit." in page(client)
    assert letters() == []
    books_kept.agree()


def test_one_that_does_not_come_has_failed_and_the_giver_is_told(app, client, settings, debit):
    debit.is_begun()
    debit.fails_to_come()
    debit.tells()
    assert (gift().state, total()) == ("failed", Money(0, "gbp"))
    text = page(client)
    assert "This gift was not paid" in text
    assert "Your bank did not pay the debit (Bacs Direct Debit). We have received nothing" in text
    assert letters() == ["gift-failed"]
    mail = went_back.write_of_debit(db.session.scalars(select(DueEmail)).one(), settings)
    assert mail.subject == "Your gift of £25.00 did not arrive"
    assert "your bank did not pay the debit (Bacs Direct Debit)" in mail.text
    assert "your bank did not pay the debit (Bacs Direct Debit)" in mail.html


def test_one_that_was_received_and_is_taken_back_is_booked_like_a_lost_dispute(app, client, settings, debit):
    debit.is_begun()
    debit.comes()
    debit.tells()
    debit.is_returned()
    debit.tells()
    assert total() == Money(0, "gbp")
    assert books_kept.balance("assets:stripe:gbp") == -20
    assert gift().returned_at == clock.from_timestamp(debit.now)
    assert db.session.scalars(select(Receipt)).all() == []
    assert letters() == ["gift-returned"]
    mail = went_back.write_of_debit(db.session.scalars(select(DueEmail)).one(), settings)
    assert "Your bank has taken back the £25.00 (Bacs Direct Debit)" in mail.text
    text = page(client)
    assert "Your bank took this gift back" in text
    assert "Your bank took it back on 15 July 2026." in text
    assert "Thank you" not in text
    (row,) = search.rows([gift()])
    assert (row.mark, row.method, row.net_amount, row.lost) == (
        "returned",
        "bacs_debit",
        Money(0, "gbp"),
        Money(0, "gbp"),
    )
    books_kept.agree()


@pytest.mark.parametrize(
    ("ends", "state"), [(["comes"], "received"), (["fails_to_come"], "failed"), (["comes", "is_returned"], "received")]
)
def test_any_order_and_repetition_ends_in_the_same_books(app, debit, ends, state):
    before = Scratch()
    debit.is_begun()
    for each in ends:
        getattr(debit, each)()
    debit.tells()
    said = written_books.whole()
    assert gift().state == state
    orders = list(permutations(range(len(debit.events))))
    for order in orders[:: max(1, len(orders) // 8)]:
        before.restore()
        for number in (*order, order[0]):
            books_kept.deliver(app, debit.events[number])
            books_kept.work_off(debit)
        assert written_books.whole() == said
    assert verifying.faults() == []
    before.forget()


def test_income_by_method_names_the_debit_and_its_lines_come_to_the_same(app, debit):
    charged = debit.gives(a_pledge(db.session.scalars(select(Appeal)).one(), "by card", a_gift(1000)).reference, 1000)
    debit.is_begun()
    debit.comes()
    debit.tells()
    wanted = JournalFilter(account_ids=income.income_accounts())
    assert methods.income(wanted) == [("card", Money(1000, "gbp")), ("bacs_debit", Money(2500, "gbp"))]
    for method, amount in methods.income(wanted):
        [(come, gone)] = trial_balance.moved(methods.narrowed(wanted, method))
        assert gone - come == amount
    debit.is_returned()
    debit.gives_back(charged, 400)
    debit.tells()
    assert methods.income(wanted) == [("card", Money(600, "gbp")), ("bacs_debit", Money(0, "gbp"))]
    [line] = journal.page(methods.narrowed(JournalFilter(), "card"), older_than=None).lines[1:]
    assert line.amount == Money(1000, "gbp")


def test_the_story_of_the_gift_has_the_mails_about_its_debit(app, settings, debit):
    debit.is_begun()
    debit.comes()
    debit.is_returned()
    debit.tells()
    with writing():
        due = db.session.scalars(select(DueEmail)).one()
        due.state, due.sent_at = "sent", clock.now()
    told = [each.about.kind for each in timeline.of(gift()).happenings if each.kind == "letter"]
    assert told == ["gift-returned"]
    with app.test_request_context():
        said = render_template("office/gifts/_happening.html", each=timeline.of(gift()).happenings[-1], hands={})
    assert said.strip() == "The donor was told that their bank returned the direct debit"


def test_a_plans_debit_is_a_gift_on_its_way_and_then_received_or_failed(app, client):
    plan = a_plan(an_appeal()).reference

    class OfPlan(Debit):
        def charge(self, charge_id):
            from dataclasses import replace

            return replace(super().charge(charge_id), plan=plan)

    debit = OfPlan(app, None)
    debit.happens("charge.pending", debit.charged)
    debit.tells()
    assert (gift().state, gift().paid_by, gift().plan_id is None) == ("on-its-way", "bacs_debit", False)
    text = client.get(f"/monthly/{plan}").text
    assert "You are paying by Bacs Direct Debit" in text
    assert "Not paid yet?" not in text
    assert client.get(f"/monthly/{plan}/cancelled").status_code == 303
    debit.now += DAY
    debit.charged.update(status="failed")
    debit.happens("charge.failed", debit.charged)
    debit.tells()
    assert (gift().state, letters()) == ("failed", ["gift-failed"])


def test_a_method_that_is_no_card_and_comes_at_once_is_called_what_it_is(app, client, debit):
    debit.charged.update(status="succeeded", paid=True, payment_method_details={"type": "pay_by_bank"})
    debit.happens("charge.succeeded", debit.charged)
    debit.tells()
    assert (gift().state, gift().paid_by, gift().charged_at) == ("received", "pay_by_bank", None)
    assert gift().received_at == clock.from_timestamp(says.CREATED)
    assert "Paid by Pay by Bank." in page(client)
    assert db.session.scalars(select(StripeEvent.state)).all() == ["applied"]
