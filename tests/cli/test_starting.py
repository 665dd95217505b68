"""Starting: nothing starts on an old schema, nor on books of another kind of money."""

from dataclasses import replace

import click
import pytest
from sqlalchemy import select, text

from app.appeals import scheduling
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.audit.trail import AuditRecord
from app.cli import starting
from app.database import db, writing
from app.ledger import beginning
from tests.cast import an_appeal

pytestmark = pytest.mark.both_databases


def test_the_first_start_begins_the_books_and_the_next_goes_on_with_them(app, settings):
    assert not beginning.begun()
    starting.begin_books(settings)
    assert beginning.begun()
    starting.begin_books(settings)


def test_the_first_start_opens_the_general_fund_and_the_next_leaves_its_words_alone(app, settings):
    an_appeal("winter")
    starting.begin_books(settings)
    fund = appeals_writing.general_fund("gbp")
    assert (fund.title, fund.ends_on, fund.precedence) == ("General fund", None, None)
    assert [record.subject for record in db.session.scalars(select(AuditRecord))] == [f"appeal:{fund.reference}"]
    with writing():
        scheduling.schedule(fund, {"title": "Our daily work"})
    starting.begin_books(settings)
    assert [each.title for each in db.session.scalars(select(Appeal).order_by(Appeal.id))] == [
        "Keep the press turning",
        "Our daily work",
    ]


def test_books_begun_in_practice_refuse_to_go_on_with_a_live_key(app, settings):
    starting.begin_books(settings)
    with pytest.raises(click.ClickException, match=r"without real money.*start new ones\.$"):
        starting.begin_books(replace(settings, stripe_secret_key="sk_live_real", practice=False))


def test_books_of_real_money_refuse_practice(app, settings):
    starting.begin_books(replace(settings, stripe_secret_key="sk_live_real", practice=False))
    with pytest.raises(click.ClickException, match="hold real money"):
        starting.begin_books(settings)


@pytest.mark.parametrize(
    "arguments",
    [
        ["articles", "import", "README.md"],
        ["appeals", "list"],
        ["appeals", "add", "winter", "--title", "Winter fund"],
        ["appeals", "schedule", "winter", "--target", "100"],
        ["appeals", "end", "winter"],
        ["example", "load"],
        ["books", "verify"],
        ["books", "exceptions"],
    ],
    ids=" ".join,
)
def test_a_command_on_an_old_schema_says_so_in_words(app, arguments):
    with writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
    result = app.test_cli_runner().invoke(args=arguments)
    assert (result.exit_code, result.output) == (1, "Error: The database is not up to date. Run: flask db upgrade\n")


@pytest.mark.parametrize("version", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = '9999'"])
def test_a_schema_older_or_newer_than_this_release_is_refused(app, settings, version):
    with writing() as session:
        session.execute(text(version))
    assert not starting.schema_is_current()
    with pytest.raises(click.ClickException, match="not up to date"):
        starting.begin_books(settings)
    db.session.rollback()
    assert not beginning.begun()
