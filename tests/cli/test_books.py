"""`flask books`: the exit status says whether the books are clean, and the words say where they are not."""

import json

import pytest
from sqlalchemy import text

from app import create_app
from app.database import db, writing
from app.donations import settlement
from app.ledger.balances import Balance
from app.payments.objects import read_charge
from app.worker import clock
from tests.cast import a_pledge, an_appeal
from tests.conftest import make_settings
from tests.stripe_bodies import charge

pytestmark = pytest.mark.both_databases


def flask(app, *args):
    return app.test_cli_runner().invoke(args=["books", *args])


@pytest.fixture
def books(app):
    """One gift and one charge that no donation claims."""
    donation = a_pledge(an_appeal())
    with writing():
        settlement.settle(read_charge(charge(donation.reference)))
        settlement.settle(read_charge(charge(None, charge_id="ch_x", minor=700)))
    return app


def change_a_balance():
    with writing() as session:
        session.execute(text("UPDATE balances SET out_minor = out_minor + 1 WHERE out_minor > 0"))


def test_clean_books_are_said_to_be_clean(books):
    result = flask(books, "verify")
    assert result.exit_code == 0
    assert result.output.startswith("The books are clean: every balance, every rule and every seal was checked.\n")


def test_empty_books_are_clean(app):
    assert flask(app, "verify").exit_code == 0


def test_the_first_bad_row_is_named_and_the_others_after_it(books):
    change_a_balance()
    result = flask(books, "verify")
    assert result.exit_code == 1
    first, *others = result.output.splitlines()
    assert first.startswith("The first bad row is balances ")
    assert "keeps out 2501, in 0, gifts 1 but the transfers come to out 2500, in 0, gifts 1." in first
    assert len(others) == 1
    assert others[0].startswith("  also balances ")


def test_a_machine_reads_the_same_as_json(books):
    clean = flask(books, "verify", "--json")
    assert clean.exit_code == 0
    assert json.loads(clean.output) | {"head": ""} == {"clean": True, "faults": [], "head": ""}
    account = db.session.query(Balance).filter(Balance.out_minor == 700).one().account_id
    change_a_balance()
    wrong = flask(books, "verify", "--json")
    assert wrong.exit_code == 1
    told = json.loads(wrong.output)
    assert told["clean"] is False
    assert {"row": f"balances {account}", "fault": _kept(701, 700)} in told["faults"]


def _kept(out, really):
    return f"keeps out {out}, in 0, gifts 0 but the transfers come to out {really}, in 0, gifts 0"


def test_a_head_from_an_earlier_statement_is_asked_for_and_its_form_explained(books):
    clock.seal()
    head = json.loads(flask(books, "verify", "--json").output)["head"]
    assert flask(books, "verify", "--head", head).exit_code == 0
    since = flask(books, "verify", "--since", head)
    assert (since.exit_code, "every seal since that head" in since.output) == (0, True)
    assert flask(books, "verify", "--head", f"{head.partition(':')[0]}:{'f' * 64}").exit_code == 1
    for unlike in ("", "7", "7:abc", f"x:{'0' * 64}", f"٧:{'0' * 64}"):
        refused = flask(books, "verify", "--head", unlike)
        assert refused.exit_code == 2
        assert "a head is a number, a colon and 64 hexadecimal digits" in refused.output


def test_what_needs_somebody_is_listed(books):
    result = flask(books, "exceptions")
    assert result.exit_code == 0
    *listed, summary = result.output.splitlines()
    assert "unclaimed charge  ch_x  £7.00 on 2026-07-01 belongs to no donation" in listed
    assert summary == f"{len(listed)} exceptions."


def test_where_nothing_needs_anybody_it_says_so(app):
    assert flask(app, "exceptions").output == "Nothing needs attention.\n"


@pytest.mark.parametrize("command", ["verify", "exceptions"])
def test_a_database_that_is_not_up_to_date_is_said_to_be_so(tmp_path, command):
    application = create_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    result = flask(application, command)
    assert result.exit_code == 1
    assert result.output == "Error: The database is not up to date. Run: flask db upgrade\n"
    with application.app_context():
        db.engine.dispose()
