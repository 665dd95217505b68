"""Accounts: one a code, whoever opens it; and it stays what it is."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.extensions import db
from app.ledger import accounts
from app.ledger.accounts import Account
from app.writing import writing

pytestmark = pytest.mark.both_databases


def test_a_code_names_one_account_however_often_it_is_opened(app):
    with writing():
        first = accounts.open_account("income:appeal:a:gbp", "income", "An appeal", "gbp")
        assert accounts.open_account("income:appeal:a:gbp", "income", "Another name", "gbp") == first
        assert accounts.open_account("income:appeal:a:eur", "income", "An appeal", "eur") != first
    assert db.session.get(Account, first).name == "An appeal"


def test_many_who_open_the_same_account_at_once_open_one(app):
    def opened(_number):
        with app.app_context(), writing():
            return accounts.house_account("assets:stripe", "gbp")

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(opened, range(16)))) == 1
    assert db.session.scalars(select(Account.code)).all() == ["assets:stripe:gbp"]


def test_the_houses_own_accounts_have_their_kind_and_name(app):
    with writing():
        held = accounts.house_account("assets:stripe", "gbp")
        unknown = accounts.house_account("liabilities:unidentified", "eur")
    found = [db.session.get(Account, each) for each in (held, unknown)]
    assert [(each.code, each.kind, each.currency) for each in found] == [
        ("assets:stripe:gbp", "asset", "gbp"),
        ("liabilities:unidentified:eur", "liability", "eur"),
    ]


def test_no_other_account_is_the_houses_own(app):
    with pytest.raises(KeyError):
        accounts.house_account("assets:cellar", "gbp")


@pytest.mark.parametrize(
    ("code", "kind", "currency"),
    [
        ("assets:stripe:gbp", "asset", "eur"),
        ("assets:stripe", "asset", "gbp"),
        ("assets:stripe:gbp", "treasure", "gbp"),
        ("assets:stripe:GBP", "asset", "GBP"),
        ("assets:stripe:gb", "asset", "gb"),
        ("assets:stripe:gbpp", "asset", "gbpp"),
    ],
)
def test_the_database_refuses_an_account_that_is_none(app, code, kind, currency):
    with pytest.raises(DBAPIError), writing():
        accounts.open_account(code, kind, "x", currency)
    assert db.session.scalars(select(Account.code)).all() == []


def test_an_account_may_be_given_another_name_and_nothing_else(app):
    with writing():
        account = accounts.house_account("assets:stripe", "gbp")
    with writing() as session:
        session.execute(text("UPDATE accounts SET name = 'With Stripe'"))
    assert db.session.get(Account, account).name == "With Stripe"


def test_two_accounts_never_share_a_code(app):
    with writing():
        accounts.house_account("assets:stripe", "gbp")
    with pytest.raises(IntegrityError), writing() as session:
        session.add(Account(code="assets:stripe:gbp", kind="asset", name="x", currency="gbp"))
