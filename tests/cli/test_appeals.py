"""`flask appeals`: opening, scheduling and ending appeals, in words, and what it says to bad input."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force
from app.articles import versions
from app.database import db, writing
from app.money import Money
from tests.cast import an_appeal


def run(app, *args):
    return app.test_cli_runner().invoke(args=["appeals", *args])


def the_appeal(slug="winter"):
    db.session.expire_all()
    return db.session.scalars(select(Appeal).where(Appeal.slug == slug)).one()


def test_an_appeal_is_opened_with_all_that_was_said(app, tmp_path):
    (tmp_path / "text.md").write_text("Paper is *dear*.", encoding="utf-8")
    today = clock.today()
    result = run(
        app, "add", "winter", "--title", "Winter fund", "--text-file", str(tmp_path / "text.md"), "--target", "£25,000",
        "--suggest", "10,25, 50", "--from", str(today), "--until", str(today), "--precedence", "5",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert f"Opened /appeals/winter: from {today} until {today}, precedence 5, target £25,000.00" in result.output
    assert "In force today: winter" in result.output
    appeal = the_appeal()
    assert (appeal.title, appeal.text, appeal.precedence) == ("Winter fund", "Paper is *dear*.", 5)
    assert appeal.target == Money(2_500_000, "gbp")
    assert appeal.suggested_minor == [1000, 2500, 5000]
    assert (appeal.starts_on, appeal.ends_on) == (today, today)


def test_what_the_giving_form_has_chosen_beforehand_can_be_said_and_taken_back(app):
    an_appeal("winter")
    assert run(app, "schedule", "winter", "--rhythm", "monthly").exit_code == 0
    assert the_appeal().preset_rhythm == "monthly"
    assert run(app, "schedule", "winter", "--rhythm", "none").exit_code == 0
    assert the_appeal().preset_rhythm is None
    assert run(app, "schedule", "winter", "--rhythm", "weekly").exit_code == 2


def test_every_change_is_kept_as_a_version_and_what_changes_nothing_is_none(app):
    run(app, "add", "winter", "--title", "Winter fund")
    run(app, "schedule", "winter", "--title", "Winter appeal")
    run(app, "schedule", "winter", "--title", "Winter appeal")
    titles = [each.content["title"] for each in versions.versions(the_appeal())]
    assert titles == ["Winter appeal", "Winter fund"]


def test_an_appeal_can_begin_as_a_draft(app):
    result = run(app, "add", "winter", "--title", "Winter fund")
    assert "a draft, under no article, no target" in result.output
    assert "No appeal is in force today." in result.output


def test_scheduling_changes_what_is_given_and_switches_what_is_in_force(app):
    an_appeal("summer", precedence=3)
    run(app, "add", "winter", "--title", "Winter fund", "--target", "100")
    tomorrow = str(clock.today() + timedelta(days=1))
    assert "In force today: summer" in run(app, "schedule", "winter", "--from", tomorrow, "--precedence", "9").output
    result = run(app, "schedule", "winter", "--from", str(clock.today()))
    assert "In force today: winter" in result.output
    assert the_appeal().target == Money(10_000, "gbp")
    assert "Nothing to change" in run(app, "schedule", "winter", "--precedence", "9").output
    assert "In force today: summer" in run(app, "schedule", "winter", "--precedence", "none").output


def test_what_was_given_can_be_taken_away(app):
    an_appeal("winter")
    result = run(app, "schedule", "winter", "--until", "none", "--target", "none", "--suggest", "none")
    assert "without an end, precedence 1, no target" in result.output
    assert (the_appeal().ends_on, the_appeal().target, the_appeal().suggested_minor) == (None, None, [])


def test_an_ended_appeal_takes_gifts_for_the_rest_of_its_last_day(app):
    an_appeal("winter")
    assert run(app, "end", "winter").exit_code == 0
    assert the_appeal().open_on(clock.today())
    assert in_force(clock.today() + timedelta(days=1)) is None
    run(app, "end", "winter", "--on", str(clock.today() - timedelta(days=1)))
    assert not the_appeal().open_on(clock.today())


def test_the_list_names_the_one_in_force_and_what_each_has_raised(app):
    assert run(app, "list").output == "No appeal is in force today.\n"
    an_appeal("winter")
    an_appeal("draft", starts_on=None, ends_on=None, target_minor=None)
    lines = run(app, "list").output.splitlines()
    assert lines[0] == "In force today: winter"
    assert sorted(line.split()[0] for line in lines[1:]) == ["draft", "winter"]
    assert all(line.endswith("raised £0.00") for line in lines[1:])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("add", "x"), "An appeal needs a title"),
        (("add", "X y", "--title", "T"), "small letters, digits and single hyphens"),
        (("add", "winter", "--title", "T"), "there is an appeal at /appeals/winter already"),
        (("add", "x", "--title", "T", "--target", "1e3"), "'1e3' is not an amount"),
        (("add", "x", "--title", "T", "--target", "0"), "an amount must be more than nothing, in GBP"),
        (("add", "x", "--title", "T", "--suggest", "10;25"), "'10;25' is not an amount"),
        (("add", "x", "--title", "T", "--suggest", "10,0.50"), "£0.50 cannot be given: it is less than"),
        (("add", "x", "--title", "T" * 201), "a title has up to 200 characters"),
        (("add", "x", "--title", "T", "--text-file", "/nowhere/at/all.md"), "does not exist"),
        (("schedule", "nobody", "--precedence", "1"), "There is no appeal at /appeals/nobody"),
        (("schedule", "winter", "--from", "1 December"), "'1 December' is not a day such as"),
        (("schedule", "winter", "--until", "2001-01-01"), "its last day cannot be before it"),
        (("schedule", "winter", "--precedence", "-1"), "'-1' is not a whole number"),
        (("end", "winter", "--on", "none"), "a day must be given"),
        (("end", "winter", "--on", "2001-01-01"), "its last day cannot be before it"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_changes(app, args, said):
    before = an_appeal("winter").version
    result = run(app, *args)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())
    assert the_appeal().version == before
    assert db.session.scalars(select(Appeal.slug)).all() == ["winter"]


def test_a_text_that_is_not_utf_8_is_refused(app, tmp_path):
    (tmp_path / "text.md").write_bytes(b"caf\xe9")
    result = run(app, "add", "x", "--title", "T", "--text-file", str(tmp_path / "text.md"))
    assert result.exit_code == 1
    assert "is not text in UTF-8" in result.output


def test_the_general_fund_is_listed_as_what_it_is_and_cannot_be_ended(app):
    with writing():
        appeals_writing.ensure_general_fund("gbp", "General fund", "For all of our work.")
    assert "the general fund, open while no other appeal is" in run(app, "list").output
    ended = run(app, "end", "general-fund")
    assert (ended.exit_code, the_appeal("general-fund").ends_on) == (1, None)
    assert "Error: the general fund takes gifts whenever no other appeal does" in ended.output


def test_amounts_are_read_as_on_every_page(app):
    an_appeal("winter")
    assert run(app, "schedule", "winter", "--target", "25000 GBP").exit_code == 0
    assert the_appeal().target == Money(2_500_000, "gbp")
    asked = run(app, "schedule", "winter", "--target", "1.500")
    assert asked.exit_code == 2
    assert "“1.500” can be read as" in asked.output
    assert "no more than two decimals" in run(app, "schedule", "winter", "--target", "12.3456").output
