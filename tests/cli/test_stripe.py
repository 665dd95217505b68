"""`flask stripe` and `flask books statement`: the treasurer's proof, in words and exit codes."""

import pytest
from sqlalchemy import select, text, update

from app import clock
from app.database import db, writing
from app.payments.inbox import StripeEvent
from app.payments.payout import Payout
from app.services import services
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.reconciliation.test_tampering import tamper
from tests.stripe_account import DAY, Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def account(app):
    """An account with a month's life, none of it delivered."""
    account = Account(now=int(clock.now().timestamp()) - 25 * DAY)
    appeal = an_appeal()
    books_kept.lives(account, [a_pledge(appeal, f"nonce-{number}").reference for number in range(4)])
    services(app).gateway = account
    db.session.rollback()
    return account


def flask(app, *args):
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=args)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_catching_up_says_what_was_missing_and_then_that_nothing_is(app, account):
    first = flask(app, "stripe", "catch-up")
    assert first.exit_code == 0
    assert first.output.startswith(f"{len(account.events)} events and ")
    assert flask(app, "stripe", "catch-up").output == "0 events and 0 movements were missing and have been added.\n"
    books_kept.agree()


def test_reconciling_shows_parts_sum_payout_and_difference(app, account):
    flask(app, "stripe", "catch-up")
    result = flask(app, "stripe", "reconcile")
    assert result.exit_code == 0
    first, second, *_, last = result.output.splitlines()
    assert first.endswith("paid  4 parts, sum £98.00, payout £98.00, difference £0.00")
    assert second.endswith("paid  4 parts, sum -£125.00, payout -£125.00, difference £0.00")
    assert last == "In all  our books £0.00, Stripe's movements £0.00, difference £0.00"


def test_one_payout_can_be_asked_for(app, account):
    flask(app, "stripe", "catch-up")
    name = next(iter(account.payouts))
    result = flask(app, "stripe", "reconcile", name)
    assert (result.exit_code, len(result.output.splitlines())) == (0, 1)
    missing = flask(app, "stripe", "reconcile", "po_none")
    assert missing.exit_code == 1
    assert "There is no payout po_none in the books." in missing.output


def test_a_payout_made_by_hand_is_shown_as_not_provable(app, account):
    account.gives(a_pledge(an_appeal("other"), "late").reference)
    by_hand = account.pays_out(automatic=False, minor=1000)
    flask(app, "stripe", "catch-up")
    result = flask(app, "stripe", "reconcile", by_hand["id"])
    assert result.exit_code == 0
    assert "£10.00: made by hand, so Stripe does not say what is in it; it cannot be checked." in result.output


def test_a_payout_that_stripe_has_not_sent_yet_leaves_nothing_unexplained(app, account):
    flask(app, "stripe", "catch-up")
    account.gives(a_pledge(an_appeal("other"), "late").reference)
    coming = account.pays_out()
    coming["status"] = account.events[-1]["data"]["object"]["status"] = "pending"
    account.events[-1]["type"] = "payout.created"
    flask(app, "stripe", "catch-up")
    result = flask(app, "stripe", "reconcile", coming["id"])
    assert "£24.50: Stripe has not sent it yet; its parts are looked up once it has." in result.output
    assert "difference" not in result.output
    assert result.exit_code == 0


def test_what_is_not_explained_is_named(app, account):
    flask(app, "stripe", "catch-up")
    flask(app, "stripe", "reconcile")
    txn = db.session.scalar(text("SELECT txn_id FROM stripe_transactions WHERE type = 'refund' ORDER BY txn_id"))
    db.session.rollback()
    tamper(f"UPDATE stripe_transactions SET net_minor = net_minor - 1 WHERE txn_id = '{txn}'")
    result = flask(app, "stripe", "reconcile")
    assert result.exit_code == 1
    assert f"not explained: {txn}  refund" in result.output
    assert "difference £0.01" in result.output


def test_a_payout_that_the_worker_put_off_is_tried_at_once(app, account):
    flask(app, "stripe", "catch-up")
    with writing() as session:
        session.execute(update(Payout).values(next_try_at=clock.now().replace(year=2099)))
    assert flask(app, "stripe", "reconcile").exit_code == 0
    assert all(db.session.scalars(select(Payout.reconciled_at)))


def test_replaying_an_event_posts_nothing_twice(app, account):
    flask(app, "stripe", "catch-up")
    before = books_kept.entries()
    refunds = select(StripeEvent.event_id).where(StripeEvent.type == "refund.created").limit(1)
    name = db.session.scalar(refunds)
    for _ in range(2):
        assert flask(app, "stripe", "replay", name).output == f"{name} (refund.created) is applied.\n"
    assert books_kept.entries() == before


def test_an_event_that_nobody_has_cannot_be_replayed(app, account):
    result = flask(app, "stripe", "replay", "evt_none")
    assert result.exit_code == 1
    assert "There is no event evt_none here." in result.output


def test_an_event_that_still_fails_says_why(app, account, monkeypatch):
    flask(app, "stripe", "catch-up")
    name = db.session.scalar(select(StripeEvent.event_id).where(StripeEvent.type == "refund.created").limit(1))
    monkeypatch.setattr(account, "refund", lambda _: 1 / 0)
    result = flask(app, "stripe", "replay", name)
    assert result.exit_code == 1
    assert "could not be applied: ZeroDivisionError" in result.output


def test_the_statement_of_a_day_can_be_printed(app, account):
    flask(app, "stripe", "catch-up")
    day = clock.local_day(clock.from_timestamp(account.now - 22 * DAY)).isoformat()
    result = flask(app, "books", "statement", day)
    assert result.exit_code == 0
    assert "4 gifts" in result.output
    assert flask(app, "books", "statement").output.startswith("The books of ")
