"""Posting: one way in, once a source, and nothing ever changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.extensions import db
from app.ledger import accounts, balances, posting, verifying
from app.money import Money
from app.writing import writing

pytestmark = pytest.mark.both_databases


def pounds(minor: int) -> Money:
    return Money(minor, "gbp")


def post_gift(source: str = "test:1", minor: int = 2500) -> posting.Posted:
    income = accounts.open_account("income:appeal:a:gbp", "income", "An appeal", "gbp")
    stripe = accounts.house_account("assets:stripe", "gbp")
    return posting.post(
        source,
        [posting.Line(income, stripe, pounds(minor))],
        kind="gift",
        subject="donation:d",
        memo="card gift received",
        occurred_at=clock.now(),
        recorded_by="test",
    )


@pytest.mark.usefixtures("app")
def test_a_posted_gift_moves_both_balances_and_counts_once():
    with writing():
        posted = post_gift()
        again = post_gift()
    assert posted.new
    assert again == posting.Posted(posted.entry_id, new=False)
    income = accounts.open_account("income:appeal:a:gbp", "income", "An appeal", "gbp")
    assert balances.of([income]) == {income: balances.Sums(2500, 0, 1)}
    assert verifying.faults() == []


@pytest.mark.usefixtures("app")
def test_a_known_source_with_other_transfers_is_a_conflict():
    with writing():
        post_gift()
    with pytest.raises(posting.SourceConflict), writing():
        post_gift(minor=2600)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET memo = 'x'",
        "DELETE FROM entries",
        "UPDATE transfers SET amount_minor = 1",
        "DELETE FROM transfers",
        "INSERT INTO transfers SELECT entry_id, 2, from_account_id, to_account_id, currency, 1 FROM transfers",
        "UPDATE accounts SET code = 'x:gbp'",
        "DELETE FROM accounts",
    ],
)
def test_the_database_itself_refuses(statement):
    with writing():
        post_gift()
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text(statement))
