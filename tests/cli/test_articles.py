"""`flask articles import`: says what it understood, takes in what it can, and names the line it cannot read."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.appeals.appeal import Appeal
from app.articles.article import Article
from app.database import db, writing
from tests.articles.imports.archive import APPEAL, DEMANDS, EVENT, PARAGRAPHS, a_file

SEED = Path(__file__).parents[3] / "shared" / "seed" / "000_d474db186b1d184e.txt"


@pytest.fixture
def files(tmp_path):
    """Writes an archive file and gives its path."""

    def write(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def run(app: Flask, *names: str):
    return app.test_cli_runner().invoke(args=["articles", "import", *names])


def facts(output: str) -> dict[str, str]:
    """What the command printed of one article, by its first words."""
    return {m[1]: m[2] for m in re.finditer(r"^  (\w+) +(.+)$", output, re.MULTILINE)}


def numbers() -> list[int]:
    return list(db.session.scalars(select(Article.number).order_by(Article.number)))


def test_it_says_what_it_understood(app, files):
    name = files("a.txt", a_file(*EVENT, *PARAGRAPHS, *DEMANDS, *APPEAL))
    result = run(app, name)
    assert result.exit_code == 0
    assert result.output.startswith(f"{name}: article 4711, new\n")
    said = facts(result.output)
    assert said["address"] == "http://localhost/articles/4711"
    assert said["posted"] == "Wednesday 2 May 2012, 10:05 BST"
    assert said["headline"] == "Keep the ferry running"
    assert said["event"] == "Saturday 5 May 2012, 12:00"
    assert said["place"] == "By the slipway, 2 Harbour Road, Ambleford AM1 2QX"
    assert said["way"] == "Nearest tram Quay"
    assert said["text"] == "2 paragraphs"
    assert said["demands"] == "2"
    assert said["appeal"] == "“Finance appeal”, /appeals/finance-appeal: offered now, as a draft"


def test_the_command_it_offers_puts_the_appeal_in_force(app, files):
    offered = re.search(r"flask (appeals schedule .+)", run(app, files("a.txt", a_file(*PARAGRAPHS, *APPEAL))).output)
    result = app.test_cli_runner().invoke(args=offered[1].split())
    assert result.exit_code == 0
    assert "In force today: finance-appeal" in result.output
    assert "to put it in force" not in run(app, files("a.txt", a_file(*PARAGRAPHS, *APPEAL))).output


@pytest.mark.parametrize(
    ("lines", "event"),
    [
        ((), "none"),
        (("5 May 2012", "7.30pm to 9pm"), "Saturday 5 May 2012, 19:30 to 21:00"),
        (("5 May 2012", "all day"), "Saturday 5 May 2012, all day"),
        (("5 - 6 May 2012", "all day"), "Saturday 5 May 2012, all day to Sunday 6 May 2012"),
    ],
)
def test_it_says_when_the_event_is(app, files, lines, event):
    assert facts(run(app, files("a.txt", a_file(*lines, "One."))).output)["event"] == event


def test_a_repeated_import_is_unchanged_and_a_changed_file_updates(app, files):
    name = files("a.txt", a_file(*PARAGRAPHS, *APPEAL))
    run(app, name)
    assert "article 4711, unchanged" in run(app, name).output
    assert "known from an earlier import" in run(app, name).output
    files("a.txt", a_file(*PARAGRAPHS, "More.", *APPEAL))
    assert "article 4711, updated" in run(app, name).output
    assert numbers() == [4711]
    assert db.session.scalar(select(func.count()).select_from(Appeal)) == 1


def test_a_file_it_cannot_read_is_named_with_its_line_and_the_others_are_taken_in(app, files):
    good, other = files("a.txt", a_file(*PARAGRAPHS, number=1)), files("c.txt", a_file(*PARAGRAPHS, number=3))
    bad, missing = files("b.txt", a_file(*PARAGRAPHS, posted="some day", number=2)), "/nowhere/at/all.txt"
    result = run(app, good, bad, missing, other)
    assert result.exit_code == 1
    assert f"{bad}: not imported: line 2: expected when it was posted" in result.output
    assert f"{missing}: not imported: No such file or directory" in result.output
    assert "2 of 4 files could not be imported." in result.output
    assert numbers() == [1, 3]


def test_two_files_of_one_article_do_not_overwrite_each_other(app, files):
    one, two = files("a.txt", a_file("One.")), files("b.txt", a_file("Two."))
    result = run(app, one, two)
    assert result.exit_code == 1
    assert f"{two}: not imported: article 4711 was already in {one}" in result.output
    assert db.session.scalars(select(Article.text)).one() == "One."


def test_an_article_that_was_written_here_stays(app, files):
    with writing():
        now = clock.now()
        db.session.add(Article(number=4711, headline="Ours", text="Ours.", posted_at=now, updated_at=now))
    result = run(app, files("a.txt", a_file(*PARAGRAPHS)))
    assert result.exit_code == 1
    assert "article 4711 was written here and is not overwritten" in result.output


def test_what_looked_odd_is_noted(app, files):
    result = run(app, files("a.txt", a_file("Friday 5th May 2012", "7pm", "One.")))
    assert facts(result.output)["note"].startswith("line 4: 5 May 2012 is a Saturday, not a Friday")


@pytest.mark.skipif(not SEED.exists(), reason="the real archive article does not stand beside the checkout")
def test_the_real_archive_article_is_taken_in_and_can_be_read(app, client):
    result = run(app, str(SEED))
    assert result.exit_code == 0
    assert facts(result.output)["event"] == "Thursday 21 June 2012, 12:00"
    page = BeautifulSoup(client.get("/articles/14722").get_data(as_text=True), "html5lib")
    assert page.select_one(".event time").get_text() == "Thursday 21 June 2012, 12 noon"
    assert "SW7 2SD" in page.select_one(".event").get_text()
    assert len(page.select(".demands li")) == 2
    assert page.select(".appeal") == []
