"""The nightly statement: what a day brought and took, and whether the books agree with Stripe."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.emails.email import DueEmail
from app.ledger import reversing
from app.ledger.entries import Entry
from app.money import Money
from app.reconciliation import daily_statement, treasurer_mails
from app.reconciliation.exceptions import finding
from app.worker import clock as worker_clock
from app.worker import duties
from app.worker import emails as posting_letters
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.conftest import make_settings
from tests.reconciliation.test_tampering import tamper
from tests.stripe_account import DAY, Account

pytestmark = pytest.mark.both_databases

TREASURER = "treasurer@lantern.example"


@pytest.fixture
def settings(database_url, tmp_path):
    """With somebody to tell."""
    return make_settings(tmp_path, database_url, treasurer_email=TREASURER)


@pytest.fixture
def account(app):
    """An account whose life was yesterday's."""
    account = Account(now=int(clock.now().timestamp()) - DAY)
    charged = account.gives(a_pledge(an_appeal()).reference)
    account.gives(a_pledge(an_appeal("other"), "nonce-2").reference, 4000)
    account.gives_back(charged, 1000)
    account.decides(account.disputes_it(charged, 1500), "lost")
    account.pays_out()
    books_kept.deliver_all(app, account)
    return account


def yesterday():
    return clock.today() - timedelta(days=1)


def gbp(minor):
    return Money(minor, "gbp")


def test_it_says_what_the_day_brought_and_took(account):
    (moved,) = daily_statement.of(yesterday()).moved
    assert (moved.gifts, moved.received, moved.refunded, moved.lost) == (2, gbp(6500), gbp(1000), gbp(1500))
    # Twice Stripe's 50p, and £20.00 for the dispute.
    assert moved.fees == gbp(2100)
    assert moved.paid_out == gbp(6500 - 1000 - 1500 - 2100)
    assert moved.corrected == gbp(0)


def test_a_day_on_which_nothing_moved_is_said_to_be_one(account, settings):
    made = daily_statement.of(yesterday() - timedelta(days=10))
    assert made.moved == []
    assert "No money moved on this day." in treasurer_mails.as_text(made, settings)


def test_it_compares_the_books_with_stripe_and_says_what_is_on_its_way(account):
    made = daily_statement.of(yesterday())
    assert [(each.books, each.difference) for each in made.whole] == [(gbp(0), gbp(0))]
    assert [(each.amount, each.days) for each in made.in_transit] == [(gbp(1900), 1)]


def test_a_charge_that_stripe_has_not_settled_yet_is_waiting_and_no_difference(app):
    account = Account(now=int(clock.now().timestamp()))
    account.gives(a_pledge(an_appeal()).reference)
    books_kept.deliver(app, account.events[0])
    db.session.rollback()
    (whole,) = daily_statement.of(clock.today()).whole
    assert (whole.books, whole.stripe, whole.waiting, whole.difference) == (gbp(2500), gbp(0), gbp(2500), gbp(0))


def test_a_difference_is_said_and_is_an_exception(account, settings):
    tamper("UPDATE stripe_transactions SET net_minor = net_minor + 1 WHERE type = 'refund'")
    made = daily_statement.of(yesterday())
    assert [each.difference for each in made.whole] == [gbp(-1)]
    kinds = [each.kind for each in made.exceptions]
    assert "difference" in kinds
    assert "movement" in kinds
    assert made.exceptions == finding.find()
    with writing():
        daily_statement.ask(yesterday())
    assert treasurer_mails.nightly(db.session.scalars(select(DueEmail).where(DueEmail.kind == "statement")).one(),
                           settings).subject.endswith("they differ from Stripe")  # fmt: skip


def test_what_a_correction_took_off_is_said(account):
    with writing():
        entry = db.session.scalars(select(Entry).where(Entry.kind == "gift").order_by(Entry.id)).first()
        reversing.reverse(entry.id, memo="by mistake", recorded_by="test")
    (moved,) = daily_statement.of(clock.today()).moved
    assert moved.corrected == gbp(2500)


def test_what_was_added_for_an_earlier_day_is_counted(account):
    assert daily_statement.of(clock.today()).late == db.session.query(Entry).count()
    assert daily_statement.of(yesterday()).late == 0


def test_it_carries_the_head_of_the_chain(account):
    worker_clock.seal()
    made = daily_statement.of(yesterday())
    seq, _, digest = made.head.partition(":")
    assert int(seq) > 0
    assert len(digest) == 64


def test_text_and_html_say_the_same(account, settings):
    with writing():
        daily_statement.ask(yesterday())
    mail = treasurer_mails.nightly(
        db.session.scalars(select(DueEmail).where(DueEmail.kind == "statement")).one(), settings
    )
    assert mail.to == TREASURER
    page = BeautifulSoup(mail.html, "html.parser")
    for words in (mail.text, page.get_text(" ")):
        for expected in ("£65.00", "£10.00", "£15.00", "£21.00", "£19.00", "2 gifts", "Difference", "the oldest for 1"):
            assert expected in words, expected
    lines = {" ".join(line.split()) for line in mail.text.splitlines()}
    assert {"Received £65.00", "Refunded £10.00", "Fees £21.00", "Difference £0.00"} <= lines
    assert not page.select("img, link, script, form, iframe")
    # The address to write to, as in every mail, and nothing that leads to a page.
    assert [link["href"] for link in page.select("a")] == ["mailto:office@lantern.example"]


def test_it_is_sent_once_a_night_to_the_treasurer(account, settings):
    nightly, _ = worker_clock.regularly(settings)
    nightly.work_once()
    nightly.perform()
    asked = select(DueEmail).where(DueEmail.kind == "statement")
    assert [each.subject for each in db.session.scalars(asked)] == [f"day:{yesterday()}"]
    duties.do_all_due([posting_letters.duty(settings)])
    assert [each.state for each in db.session.scalars(asked.execution_options(populate_existing=True))] == ["sent"]
    sent = [file.read_text() for file in settings.outbox.glob("*.eml")]
    assert sum("The books of" in each for each in sent) == 1


def test_empty_books_have_no_statement_and_without_an_address_there_is_nobody_to_tell(app, tmp_path, database_url):
    with writing():
        daily_statement.ask(yesterday())
    assert db.session.scalars(select(DueEmail)).all() == []
    assert worker_clock.regularly(make_settings(tmp_path, database_url)) == []
