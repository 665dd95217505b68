"""Reading an archive article: what belongs to it, what was only printed under it, and which line cannot be read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.articles.imports import printed_archive
from app.articles.imports.printed_archive import Unreadable
from tests.articles.imports.archive import APPEAL, DEMANDS, EVENT, PARAGRAPHS, a_file

SEED = Path(__file__).parents[4] / "shared" / "seed" / "000_d474db186b1d184e.txt"


def test_a_whole_article_is_taken_apart():
    found = printed_archive.read(a_file(*EVENT, *PARAGRAPHS, *DEMANDS, *APPEAL))
    assert (found.number, found.headline) == (4711, "Keep the ferry running")
    assert found.posted_at == datetime(2012, 5, 2, 9, 5, tzinfo=UTC)
    assert found.event.starts_at == datetime(2012, 5, 5, 11, tzinfo=UTC)
    assert found.event.place == "By the slipway, 2 Harbour Road, Ambleford AM1 2QX"
    assert found.event.directions == "Nearest tram Quay"
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert found.paragraphs == 2
    assert found.demands == ("Keep the ferry!", r"Ask the \*far\* bank first.")
    assert found.appeal.title == "Finance appeal"
    assert found.appeal.text == "Ink is dear this year.\n\nPaper is dearer.\n\n- Every pound buys forty sheets."
    assert found.oddities == ()


def test_a_plain_article_has_no_event_no_demands_and_no_appeal():
    found = printed_archive.read(a_file(*PARAGRAPHS))
    assert (found.event, found.demands, found.appeal) == (None, (), None)
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_bullets_that_are_followed_by_more_text_stay_in_it():
    found = printed_archive.read(a_file("First:", *DEMANDS, "And then:", "* Sleep", "• Eat"))
    assert found.text == "First:\n\n- Keep the ferry!\n- Ask the \\*far\\* bank first.\n\nAnd then:"
    assert found.demands == ("Sleep", "Eat")


@pytest.mark.parametrize(
    "lines",
    [
        ("Donate to the Lantern", "Ink is dear."),
        ("Finance appeal", "Ink is dear."),
        ("FINANCE APPEAL:", "Ink is dear."),
        ("Finance appeal", "Donate to the Lantern", "Ink is dear."),
    ],
)
def test_the_appeal_begins_with_the_call_to_donate_or_its_heading(lines):
    found = printed_archive.read(a_file(*PARAGRAPHS, *lines))
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert found.appeal.text == "Ink is dear."
    assert found.appeal.title.casefold() == "finance appeal"


def test_a_call_to_donate_without_a_heading_is_named():
    found = printed_archive.read(a_file(*PARAGRAPHS, "Donate to the Lantern", "Ink is dear."))
    assert found.oddities == ("line 6: it is taken for a call to donate, and what follows for an appeal",)


def test_a_call_to_donate_alone_is_left_out_and_offers_nothing():
    found = printed_archive.read(a_file(*PARAGRAPHS, "Donate to the Lantern", "Finance appeal"))
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert found.appeal is None


def test_a_sentence_about_donating_is_a_sentence():
    found = printed_archive.read(a_file("Donate to the ferry crew's fund at the slipway.", "- Donate to the crew"))
    assert found.text == "Donate to the ferry crew's fund at the slipway."
    assert found.demands == ("Donate to the crew",)


@pytest.mark.parametrize(
    ("posted", "instant"),
    [
        ("19 June 2012 at 12:13 GMT", datetime(2012, 6, 19, 12, 13, tzinfo=UTC)),
        ("19 June 2012 at 12:13 UTC", datetime(2012, 6, 19, 12, 13, tzinfo=UTC)),
        ("19 June 2012 at 13:13 BST", datetime(2012, 6, 19, 12, 13, tzinfo=UTC)),
        ("19 June 2012 at 13:13", datetime(2012, 6, 19, 12, 13, tzinfo=UTC)),
        ("Tuesday 19th June 2012, 1.13pm", datetime(2012, 6, 19, 12, 13, tzinfo=UTC)),
        ("19 January 2012 at 00:30", datetime(2012, 1, 19, 0, 30, tzinfo=UTC)),
        ("19 January 2012 at 00:30 BST", datetime(2012, 1, 18, 23, 30, tzinfo=UTC)),
    ],
)
def test_the_time_of_posting_is_taken_at_its_word(posted, instant):
    assert printed_archive.read(a_file(*PARAGRAPHS, posted=posted)).posted_at == instant


def test_blank_lines_and_any_line_ends_do_not_matter():
    plain = a_file(*EVENT, *PARAGRAPHS, *DEMANDS, *APPEAL)
    spaced = b"\xef\xbb\xbf\n" + plain.replace(b"\n", b"\r\n\r\n  ") + b"\n\n"
    assert printed_archive.read(spaced) == printed_archive.read(plain)


def test_the_digest_changes_with_the_article_and_not_with_the_appeal_under_it():
    digest = printed_archive.read(a_file(*PARAGRAPHS)).digest
    assert printed_archive.read(a_file(*PARAGRAPHS, *APPEAL)).digest == digest
    assert printed_archive.read(a_file(*PARAGRAPHS, headline="Keep it")).digest != digest
    assert printed_archive.read(a_file(*PARAGRAPHS, "More.")).digest != digest


def test_a_day_that_was_not_understood_is_named():
    found = printed_archive.read(a_file("Come on Saturday 5", *PARAGRAPHS))
    assert found.event is None
    assert found.oddities == ("line 4: it mentions a day, but no event was understood: it stays in the text",)
    assert printed_archive.read(a_file("Friday 5th May 2012", "7pm")).oddities == (
        "line 4: 5 May 2012 is a Saturday, not a Friday: it is read as the Saturday",
    )


def test_what_was_not_understood_of_the_hours_stays_in_the_text():
    found = printed_archive.read(a_file("5 May 2012", "1pm (assemble 12.30pm)", "Mill Hall, Mill Lane", *PARAGRAPHS))
    assert found.text.startswith("1pm (assemble 12.30pm)\n\nThe ferry")
    assert found.oddities[0].startswith("line 5: ")


@pytest.mark.parametrize(
    ("data", "line", "expected"),
    [
        (b"", 1, "the link"),
        (b"\n\nSome text\n\nMore\nAnd more", 3, "the link"),
        (b"Link to this page: https://lantern.example/articles/\nx\ny", 1, "the link"),
        (b"Link to this page: https://lantern.example/articles/0\nx\ny", 1, "a number|an article's number"),
        (b"Link to this page: https://lantern.example/articles/99999999999\nx\ny", 1, "an article's number"),
        (a_file(*PARAGRAPHS, posted="yesterday"), 2, "when it was posted"),
        (a_file(*PARAGRAPHS, posted="19 June 2012"), 2, "when it was posted"),
        (a_file(*PARAGRAPHS, posted="19 June at 12:13 GMT"), 2, "when it was posted"),
        (a_file(*PARAGRAPHS, posted="19 June 2012 at 12:13 or so"), 2, "when it was posted"),
        (a_file(*PARAGRAPHS, posted="31 June 2012 at 12:13 GMT"), 2, "a date that the calendar has"),
        (b"Link to this page: https://lantern.example/articles/1", 2, "when it was posted"),
        (b"https://lantern.example/articles/1\n\nPosted on 1 May 2012 at 12:13 GMT\n", 4, "the headline"),
        (a_file(*PARAGRAPHS, headline="x" * 301), 3, "at most 300 characters"),
        (a_file("31 June 2012", "12 noon"), 4, "a date that the calendar has"),
        (a_file("5 May 2012", "12 noon", "At " + "x" * 300), 6, "at most 300 characters"),
        (a_file(*PARAGRAPHS) + b"\nOne\x00two", 6, r"control character U\+0000"),
        (a_file(*PARAGRAPHS) + b"\nCaf\xe9", 6, "UTF-8"),
    ],
)
def test_the_line_that_cannot_be_read_is_named_with_what_was_expected(data, line, expected):
    with pytest.raises(Unreadable, match=expected) as refusal:
        printed_archive.read(data)
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"line {line}: expected ")


@pytest.mark.skipif(not SEED.exists(), reason="the real archive article does not stand beside the checkout")
def test_the_real_archive_article_is_understood():
    found = printed_archive.read(SEED.read_bytes())
    assert found.number == 14722
    assert found.posted_at == datetime(2012, 6, 19, 12, 13, tzinfo=UTC)
    assert found.event.starts_at == datetime(2012, 6, 21, 11, tzinfo=UTC)
    assert not found.event.all_day
    assert found.event.place.endswith("SW7 2SD")
    assert found.event.directions.startswith("Nearest tube")
    assert (found.paragraphs, len(found.demands)) == (5, 2)
    assert found.appeal.title == "Finance appeal"
    assert found.appeal.text.count("\n- ") == 2
    assert "Donate" not in found.text + found.appeal.text
    assert found.oddities == ()
