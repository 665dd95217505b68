"""Lanes: what one kind of work waits for keeps no other waiting, and all of it ends when it is told to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.database import db, writing
from app.donations.donation import Donation
from app.factory import POOL
from app.payments.inbox import StripeEvent
from app.receipts.receipt import Receipt
from app.worker import events, lanes
from app.worker.lanes import Lane
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET
from tests.receipts.stage import a_due_receipt
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


class Hanging:
    """A mail server that takes a connection and then says nothing; `reached` is set once somebody waits for it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.url = ""


@contextmanager
def a_hanging_mail_server() -> Iterator[Hanging]:
    """Open it; whoever still waits at the end is cut off."""
    hanging, taken = Hanging(), []

    def take() -> None:
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:
                return
            hanging.reached.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        hanging.url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        taking = threading.Thread(target=take)
        taking.start()
        try:
            yield hanging
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            taking.join()
            for each in taken:
                each.close()


class Press:
    """Stands in for the children that render."""

    def render(self, _frozen: str) -> bytes:
        return b"%PDF"


class Told:
    """Work that is there once: it says that its lane has come this far."""

    def __init__(self) -> None:
        self.happened = threading.Event()

    def work_once(self) -> bool:
        with writing():
            waiting = db.session.scalar(select(StripeEvent.id).where(StripeEvent.state == "pending"))
            settled = db.session.scalar(select(Donation.id).where(Donation.charge_id.like("ch_%")))
        if waiting is None and settled is not None:
            self.happened.set()
        return False


def test_a_mail_server_that_hangs_does_not_slow_stripes_news(app, settings):
    appeal = an_appeal()
    account = Account()
    account.gives(a_pledge(appeal, "slow").reference)
    receipt = a_due_receipt(appeal, "mailed")
    db.session.rollback()
    told, stop = Told(), threading.Event()
    with a_hanging_mail_server() as mail:
        all_lanes = [
            replace(lane, duties=(*lane.duties, told)) if lane.name == "money" else lane
            for lane in lanes.all_of(replace(settings, smtp_url=mail.url), account, Press())
            if lane.name != "clock"
        ]

        def work():
            with app.app_context():
                lanes.work_until(stop, all_lanes)

        working = threading.Thread(target=work)
        working.start()
        try:
            assert mail.reached.wait(60)
            # Somebody is waiting for the mail server now, and only now does Stripe's news come.
            raw, headers = stripe_says.signed(account.events[1], SECRET)
            assert app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200
            assert told.happened.wait(60)
            with app.app_context():
                still = db.session.get_one(Receipt, receipt.id)
                assert (still.mailed_at, still.leased_until is None) == (None, False)
                db.session.rollback()
        finally:
            stop.set()
    working.join(60)
    assert not working.is_alive()
    db.session.rollback()
    assert db.session.get_one(Receipt, receipt.id).last_error.startswith("MailUnavailable")
    assert db.session.get_one(Receipt, receipt.id).leased_until is None


class Chore:
    """So many pieces of work, noted in a common list as they are done; each may bring another's work about."""

    def __init__(self, name, pieces, done, brings=None):
        self.name, self.pieces, self.done, self.brings = name, pieces, done, brings

    def work_once(self):
        if not self.pieces:
            return False
        self.pieces -= 1
        self.done.append(self.name)
        if self.brings is not None:
            self.brings.pieces += 1
        return True


@pytest.mark.usefixtures("app")
def test_once_through_money_comes_before_mail_and_what_it_brings_about_is_done_too():
    done = []
    mail = Chore("mail", 1, done)
    paper = Chore("paper", 0, done, brings=mail)
    money = Chore("money", 2, done, brings=paper)
    by_lane = [Lane("money", (money,)), Lane("paper", (paper,)), Lane("mail", (mail,))]
    assert lanes.do_all_due(by_lane) == 7
    assert done == ["money", "money", "paper", "paper", "mail", "mail", "mail"]


@pytest.mark.usefixtures("app")
def test_every_thread_and_its_lease_find_a_connection(settings):
    threads = sum(lane.threads for lane in lanes.all_of(settings, Account(), Press()))
    assert threads * 2 <= POOL


@pytest.mark.usefixtures("app")
def test_each_duty_stands_in_one_lane(settings):
    duties = [duty for lane in lanes.all_of(settings, Account(), Press()) for duty in lane.duties]
    names = [duty.name for duty in duties]
    assert sorted(names) == sorted(set(names))
    assert events.duty(Account()).name in names
