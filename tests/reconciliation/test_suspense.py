"""Explaining: what Stripe moved for an unknown reason leaves suspense once, for an account that can explain it."""

import pytest
from sqlalchemy import select

from app.database import db, writing
from app.ledger import entries, posting, reversing
from app.ledger.entries import Entry
from app.reconciliation import suspense
from app.reconciliation.exceptions import finding
from tests import books_kept
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def strange(app):
    """A movement of a type that nobody knows, in the books; its name."""
    account = Account()
    moved = account.moves("anticipation_repayment", None, -300, 20)
    account.pays_out()
    books_kept.deliver_all(app, account)
    return moved["id"]


def explain(app, movement, account="expenses:stripe-fees"):
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["books", "explain", movement, "--to", account, "--reason", "An advance"])


def in_suspense():
    db.session.rollback()
    return [each.reference for each in finding.find() if each.what.endswith("in suspense")]


def test_what_is_explained_moves_to_its_account_and_is_no_exception_any_more(app, strange):
    assert in_suspense() == [strange]
    result = explain(app, strange)
    entry = db.session.scalars(select(Entry).where(Entry.kind == "explained")).one()
    assert result.output == (f"Entry {entry.id}: £3.00 of {strange} has moved from suspense to expenses:stripe-fees.\n")
    assert (entry.source, entry.subject) == (f"explained:{strange}:1", f"transaction:{strange}")
    assert entries.reason_of(entry.id) == "An advance"
    assert books_kept.balance("suspense:stripe:gbp") == 0
    # The £3.00, and the 20p that Stripe kept of it.
    assert books_kept.balance("expenses:stripe-fees:gbp") == 320
    assert in_suspense() == []
    books_kept.agree()


def test_it_is_explained_once(app, strange):
    explain(app, strange)
    again = explain(app, strange)
    assert again.exit_code == 1
    assert "Nothing was moved: nothing of this movement is in suspense." in again.output


def test_a_wrong_explanation_is_reversed_and_given_anew(app, strange):
    explain(app, strange)
    with writing():
        reversing.reverse(posting.find(f"explained:{strange}:1"), memo="wrong account", recorded_by="ada")
    assert in_suspense() == [strange]
    assert explain(app, strange, "expenses:dispute-fees:gbp").exit_code == 0
    assert books_kept.balance("expenses:dispute-fees:gbp") == 300
    assert in_suspense() == []


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("expenses:unheard-of", "there is no account expenses:unheard-of:gbp"),
        ("assets:stripe", "explained by another account than Stripe's own"),
        ("suspense:stripe:gbp", "explained by another account than Stripe's own"),
    ],
)
def test_an_account_that_explains_nothing_is_refused(app, strange, account, words):
    result = explain(app, strange, account)
    assert result.exit_code == 1
    assert words in result.output
    assert in_suspense() == [strange]


def test_money_that_came_in_is_explained_as_well(app):
    account = Account()
    came = account.moves("topup", None, 500)
    account.pays_out()
    books_kept.deliver_all(app, account)
    with writing():
        _, amount = suspense.explain(came["id"], "liabilities:unidentified", by="ada", reason="from the bank")
    assert amount.minor == -500
    assert books_kept.balance("liabilities:unidentified:gbp") == -500
    assert in_suspense() == []
