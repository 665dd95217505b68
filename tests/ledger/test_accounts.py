"""Accounts: one a code, whoever opens it; and it stays what it is."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import create_app
from app.database import db, writing
from app.ledger import accounts, posting
from app.ledger.accounts import Account
from tests.conftest import make_settings

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
            return posting.account_id("assets:stripe", "gbp")

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(opened, range(16)))) == 1
    assert db.session.scalars(select(Account.code)).all() == ["assets:stripe:gbp"]


def test_the_houses_own_accounts_have_their_kind_and_name(app):
    with writing():
        held = posting.account_id("assets:stripe", "gbp")
        unknown = posting.account_id("liabilities:unidentified", "eur")
    found = [db.session.get(Account, each) for each in (held, unknown)]
    assert [(each.code, each.kind, each.currency) for each in found] == [
        ("assets:stripe:gbp", "asset", "gbp"),
        ("liabilities:unidentified:eur", "liability", "eur"),
    ]


def test_no_other_account_is_the_houses_own(app):
    with pytest.raises(KeyError):
        posting.account_id("assets:cellar", "gbp")


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
        account = posting.account_id("assets:stripe", "gbp")
    with writing() as session:
        session.execute(text("UPDATE accounts SET name = 'With Stripe'"))
    assert db.session.get(Account, account).name == "With Stripe"


def test_two_accounts_never_share_a_code(app):
    with writing():
        posting.account_id("assets:stripe", "gbp")
    with pytest.raises(IntegrityError), writing() as session:
        session.add(Account(code="assets:stripe:gbp", kind="asset", name="x", currency="gbp"))


def test_an_account_is_named_by_the_chart_or_by_its_whole_code(app):
    with writing():
        opened = accounts.open_account("income:appeal:a:gbp", "income", "An appeal", "gbp")
        assert posting.account_id("income:appeal:a:gbp", "gbp") == opened
        assert posting.account_id("assets:stripe", "gbp") == posting.account_id("assets:stripe:gbp", "gbp")
        assert posting.account_id("assets:stripe", "eur") != posting.account_id("assets:stripe", "gbp")
    with pytest.raises(KeyError):
        posting.account_id("income:appeal:b:gbp", "gbp")


def test_an_account_is_looked_up_once_however_often_something_is_posted(app):
    with writing():
        held = posting.account_id("assets:stripe", "gbp")
    with _statements() as executed, writing():
        assert posting.account_id("assets:stripe", "gbp") == held
    assert [each for each in executed if "accounts" in each] == []


def test_an_opening_that_was_undone_is_not_remembered(app):
    with pytest.raises(RuntimeError, match="undone"), writing():
        _open_and_fail()
    with writing():
        held = posting.account_id("liabilities:unidentified", "gbp")
        again = posting.account_id("assets:stripe", "gbp")
    assert [db.session.get_one(Account, each).code for each in (held, again)] == [
        "liabilities:unidentified:gbp",
        "assets:stripe:gbp",
    ]


def test_an_opening_that_was_undone_to_a_savepoint_is_not_remembered(app):
    with writing() as session:
        with pytest.raises(RuntimeError, match="undone"), session.begin_nested():
            _open_and_fail()
        held = posting.account_id("liabilities:unidentified", "gbp")
    with writing():
        again = posting.account_id("assets:stripe", "gbp")
    assert [db.session.get_one(Account, each).code for each in (held, again)] == [
        "liabilities:unidentified:gbp",
        "assets:stripe:gbp",
    ]


def test_a_released_savepoint_is_remembered_only_with_the_commit(app):
    with pytest.raises(RuntimeError, match="undone"), writing() as session:
        _open_in_a_savepoint_and_fail(session)
    with writing():
        again = posting.account_id("assets:stripe", "gbp")
    assert db.session.get_one(Account, again).code == "assets:stripe:gbp"


def test_what_is_remembered_of_one_database_is_not_taken_for_another(app, tmp_path):
    with writing():
        posting.account_id("assets:stripe", "gbp")
    other = create_app(make_settings(tmp_path / "other", f"sqlite:///{tmp_path / 'other.sqlite3'}"))
    with other.app_context():
        upgrade()
        with writing():
            first = posting.account_id("assets:cash", "gbp")
            held = posting.account_id("assets:stripe", "gbp")
        assert [db.session.get_one(Account, each).code for each in (first, held)] == [
            "assets:cash:gbp",
            "assets:stripe:gbp",
        ]
        db.session.remove()
        db.engine.dispose()


def _open_and_fail():
    posting.account_id("assets:stripe", "gbp")
    raise RuntimeError("undone")


def _open_in_a_savepoint_and_fail(session):
    with session.begin_nested():
        posting.account_id("assets:stripe", "gbp")
    raise RuntimeError("undone")


@contextmanager
def _statements():
    """What is executed inside the block."""
    executed = []

    def note(_connection, _cursor, statement, *_rest):
        executed.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
