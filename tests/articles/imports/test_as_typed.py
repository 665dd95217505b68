"""Plain text as Markdown: it reads as it was typed, whatever it holds."""

import re
from html import unescape

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from app import markup
from app.articles.imports import printed_archive


def shown(text):
    """What a reader sees of Markdown, with the typesetter's quotes, dashes and dots as they are on a keyboard."""
    soup = BeautifulSoup(markup.html(text), "html.parser")
    assert {tag.name for tag in soup.find_all()} <= {"p"}, soup
    return plainly(soup.get_text())


def plainly(text):
    for signs, key in (("‘’", "'"), ("“”", '"'), ("–—", "-"), ("…", ".")):
        text = re.sub(f"[{signs}]", key, text)
    return re.sub(r"-+", "-", re.sub(r"\.+", ".", " ".join(text.split())))


@pytest.mark.parametrize(
    "typed",
    [
        "*not bold*, _not slanted_, `not code`, **nor this**",
        "# not a heading",
        "- not a list",
        "+ nor this",
        "1. first of all",
        "1984) a year",
        "1. ",
        "> not a quotation",
        "---",
        "===",
        "~~~",
        "```",
        "[not a link](http://elsewhere.example/)",
        "![not a picture](x)",
        "<b>not bold</b> <script>alert(1)</script>",
        "&amp; stays &#65; and AT&T",
        "(c) (r) (tm) (p) +- 5??? Really!!!! so,, what",
        "back\\slash at the end\\",
        "<http://elsewhere.example>",
        "Who said 'no'? \"I\" did",
        "£1,000 - 5% * 2",
    ],
)
def test_it_reads_as_it_was_typed(typed):
    assert shown(printed_archive.paragraph(typed)) == plainly(typed)


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(list("*_`#<>&[]()!-+=~.,'\\ 1|"))))
def test_any_line_reads_as_it_was_typed(typed):
    typed = " ".join(typed.split())
    # Runs of what the typesetter joins, and its own signs, cannot be told from their keys; they are tested above.
    if re.search(r"[‘’“”–—…]|\.\.|--", typed):
        return
    assert shown(printed_archive.paragraph(typed)) == plainly(unescape(typed) if "&" not in typed else typed)


def test_paragraphs_stand_apart_and_bullets_together():
    lines = [("One.", False), ("Two.", False), ("a", True), ("b", True), ("Three.", False)]
    assert printed_archive.blocks(lines) == "One.\n\nTwo.\n\n- a\n- b\n\nThree."
    assert printed_archive.blocks([]) == ""
