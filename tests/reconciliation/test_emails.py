"""What the treasurer and givers are written about disputes and refunds, and the exceptions that stay until then."""

from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from app import clock
from app.database import db
from app.donations.refunds import DonationRefund
from app.emails.email import DueEmail
from app.reconciliation.exceptions import finding
from app.worker import duties, emails
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.conftest import make_settings
from tests.stripe_account import DAY, Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def settings(database_url, tmp_path):
    """With somebody to tell."""
    return make_settings(tmp_path, database_url, treasurer_email="treasurer@lantern.example")


@pytest.fixture
def account(app):
    """An account with one gift of £25."""
    account = Account(now=int(clock.now().timestamp()) - DAY)
    account.gives(a_pledge(an_appeal()).reference)
    return account


def the_gift(account):
    return next(iter(account.charges.values()))


def sent(settings):
    """Every mail that was sent, by its subject."""
    duties.do_all_due([emails.duty(settings)])
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in settings.outbox.glob("*.eml")]
    return {mail["Subject"]: (mail["To"], mail.get_body(("plain",)).get_content()) for mail in mails}


def test_a_giver_is_told_of_a_refund_once(app, account, settings):
    account.gives_back(the_gift(account), 1000)
    books_kept.deliver_all(app, account)
    books_kept.deliver_all(app, account)
    mails = sent(settings)
    to, words = mails["£10.00 of your gift is on its way back"]
    assert to == "lucja@example.org"
    assert "We are refunding £10.00 of the £25.00 that you gave to Keep the press turning" in words
    assert "£15.00 of your gift remains with us" in words
    assert len(mails) == 1
    assert db.session.scalars(select(DonationRefund.mailed_at)).one() is not None


def test_a_giver_whose_gift_went_back_whole_is_told_that_the_receipt_counts_no_more(app, account, settings):
    account.gives_back(the_gift(account), 2500)
    books_kept.deliver_all(app, account)
    (words,) = [words for _, words in sent(settings).values()]
    assert "The whole of your gift is being refunded." in words


def test_a_giver_is_told_of_a_refund_that_fails_later(app, account, settings):
    refunded = account.gives_back(the_gift(account), 2500)
    books_kept.deliver_all(app, account)
    account.fails(refunded)
    books_kept.deliver_all(app, account)
    mails = sent(settings)
    assert list(mails) == ["£25.00 could not be refunded to you"]
    assert "has been returned to us" in mails["£25.00 could not be refunded to you"][1]
    assert [(each.kind, each.reference) for each in finding.find()] == [("refund", refunded["id"])]


def test_a_refund_of_a_charge_that_nobody_gave_is_told_to_nobody(app, settings):
    account = Account()
    account.gives_back(account.gives(None), 2500)
    books_kept.deliver_all(app, account)
    assert sent(settings) == {}
    assert db.session.scalars(select(DueEmail.state)).all() == ["dropped"]


def test_the_treasurer_is_told_of_a_dispute_with_the_date_by_which_to_answer(app, account, settings):
    disputed = account.disputes_it(the_gift(account), 2500)
    books_kept.deliver_all(app, account)
    due = clock.local(clock.from_timestamp(disputed["evidence_details"]["due_by"]))
    ((subject, (to, words)),) = sent(settings).items()
    assert subject == f"A payment of £25.00 is disputed: answer by {due:%-d %B %Y}"
    assert to == "treasurer@lantern.example"
    assert f"Answer by: {due:%-d %B %Y}, {due:%H:%M}" in words
    assert disputed["id"] in words
    assert "fraudulent" in words
    (found,) = finding.find()
    assert (found.kind, found.reference) == ("dispute", disputed["id"])
    assert "needs_response, answer by" in found.what


@pytest.mark.parametrize(
    ("opened", "outcome"),
    [
        ("needs_response", "won"),
        ("needs_response", "lost"),
        ("warning_needs_response", "warning_closed"),
        ("warning_needs_response", "prevented"),
    ],
)
def test_a_decided_dispute_is_no_exception_and_no_longer_written_about(app, account, settings, opened, outcome):
    # An inquiry withdraws nothing.
    moved = {"balance_transactions": []} if opened.startswith("warning_") else {}
    disputed = account.disputes_it(the_gift(account), 2500, status=opened, **moved)
    books_kept.deliver_all(app, account)
    account.decides(disputed, outcome)
    books_kept.deliver_all(app, account)
    assert finding.find() == []
    assert sent(settings) == {}


def test_a_status_that_nobody_knows_yet_counts_as_open(app, account, settings):
    account.disputes_it(the_gift(account), 2500, status="appeal_needs_response")
    books_kept.deliver_all(app, account)
    assert [each.kind for each in finding.find()] == ["dispute"]


def test_a_payout_that_the_bank_sent_back_is_an_exception(app, account):
    account.payout_fails(account.pays_out())
    books_kept.deliver_all(app, account)
    (found,) = finding.find()
    assert (found.kind, found.what) == ("payout", "£24.50, failed")
