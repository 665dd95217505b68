"""Payouts: each automatic one is taken apart, and its parts explain it to the penny or are named."""

from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from app.database import db, writing
from app.money import Money
from app.payments.objects import StripeTransaction
from app.payments.payout import Payout
from app.reconciliation import payouts as reconciliation_payouts
from app.reconciliation.exceptions import finding
from app.worker import duties, payouts
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def account(app):
    """An account with four gifts, refunds, disputes and weekly payouts, all of it delivered and worked off."""
    account = Account()
    appeal = an_appeal()
    books_kept.lives(account, [a_pledge(appeal, f"nonce-{number}").reference for number in range(4)])
    books_kept.deliver_all(app, account)
    return account


def test_a_life_with_refunds_disputes_and_weekly_payouts_reconciles_to_nothing(account):
    books_kept.agree()
    kept = db.session.scalars(select(Payout).order_by(Payout.id)).all()
    assert [each.difference_minor for each in kept] == [0, 0, 0, 0]
    assert all(each.reconciled_at for each in kept)
    results = [reconciliation_payouts.of_payout(each) for each in kept]
    # Four gifts of £25.00 less 50p; then a refund of £10.00 and one of £25.00, two disputes of £25.00 and £20.00 each.
    assert [(each.parts, each.total.minor) for each in results[:2]] == [(4, 9800), (4, -12500)]
    assert all(each.difference == Money(0, "gbp") for each in results)
    assert books_kept.balance("assets:stripe:gbp") == 0


def test_what_no_news_ever_told_is_taken_in_with_the_payout_that_has_it(app, account):
    fees = db.session.scalars(select(StripeTransaction).where(StripeTransaction.type == "stripe_fee")).all()
    assert [(each.net_minor, each.payout_id is not None) for each in fees] == [(-200, True)]
    assert books_kept.balance("expenses:stripe-fees:gbp") == 200


def test_the_treasurers_page_leads_from_a_payout_to_its_parts(account):
    page = (Path(__file__).parents[2] / "docs" / "bookkeeping.md").read_text(encoding="utf-8")
    asked = page[page.index("### Follow a payout") :].split("```sql")[1].split("```")[0]
    kept = db.session.scalars(select(Payout).order_by(Payout.id)).first()
    rows = db.session.execute(text(asked.replace("po_1Q…", kept.payout_id))).all()
    # Four gifts of £25.00 with their fees of 50p, and the payout itself.
    assert len(rows) == 4 * 2 + 1


def test_a_payout_alone_brings_every_gift_in_it(app):
    account = Account()
    donation = a_pledge(an_appeal())
    account.gives(donation.reference)
    account.pays_out()
    books_kept.deliver(app, account.events[-1])
    account.events = account.events[-1:]
    books_kept.deliver_all(app, account)
    books_kept.agree()
    assert books_kept.balance("expenses:card-fees:gbp") == 50
    assert db.session.scalars(select(Payout)).one().difference_minor == 0


def test_a_payout_whose_parts_are_not_all_there_yet_is_looked_at_again(app, account):
    account.gives(a_pledge(an_appeal("other"), "late").reference)
    late = account.pays_out()
    part = next(name for name, paid in account.paid_in.items() if paid == late["id"])
    del account.paid_in[part]
    books_kept.deliver_all(app, account)
    kept = db.session.scalars(select(Payout).where(Payout.payout_id == late["id"])).one()
    assert kept.reconciled_at is None
    assert kept.last_error == "NeedsSomebody: the parts come to £0.00 of £24.50"
    assert kept.difference_minor == 2450
    assert ("payout", late["id"]) in [(each.kind, each.reference) for each in finding.find()]
    kept_id = kept.id
    account.paid_in[part] = late["id"]
    with writing() as session:
        session.execute(update(Payout).values(next_try_at=None))
    duties.do_all_due([payouts.duty(account)])
    books_kept.agree()
    assert db.session.get_one(Payout, kept_id, populate_existing=True).difference_minor == 0


def test_a_type_that_nobody_knows_waits_in_suspense_and_is_an_exception(app, account):
    strange = account.moves("anticipation_repayment", None, -300)
    account.pays_out()
    books_kept.deliver_all(app, account)
    books_kept.agree()
    assert books_kept.balance("suspense:stripe:gbp") == 300
    found = [each for each in finding.find() if each.reference == strange["id"]]
    assert [(each.kind, each.what) for each in found] == [
        ("movement", "-£3.00 of type anticipation_repayment, in suspense")
    ]


def test_a_payout_made_by_hand_is_left_alone(app, account):
    account.gives(a_pledge(an_appeal("other"), "late").reference)
    by_hand = account.pays_out(automatic=False, minor=1000)
    books_kept.deliver_all(app, account)
    kept = db.session.scalars(select(Payout).where(Payout.payout_id == by_hand["id"])).one()
    assert (kept.automatic, kept.reconciled_at, kept.attempts) == (False, None, 0)
    books_kept.agree()


def test_a_negative_payout_takes_money_from_the_bank(app):
    account = Account()
    charged = account.gives(a_pledge(an_appeal()).reference)
    account.pays_out()
    account.gives_back(charged, 2500)
    account.pays_out()
    books_kept.deliver_all(app, account)
    books_kept.agree()
    assert books_kept.balance("assets:in-transit:gbp") == 2450 - 2500
    assert [each.difference_minor for each in db.session.scalars(select(Payout))] == [0, 0]
