"""How emails look: in the colours of the pages by day and by night, with links that are drawn in one place."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EMAILS = sorted((ROOT / "templates/emails").rglob("*.html"))
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def colours() -> tuple[set[str], set[str]]:
    """The pages' colours by day, and by night."""
    both = re.findall(r"light-dark\((#\w+), (#\w+)\)", (ROOT / "static/css/tokens.css").read_text())
    return {day for day, _night in both}, {night for _day, night in both}


@pytest.mark.parametrize("email", EMAILS, ids=lambda email: f"{email.parent.name}/{email.name}")
def test_an_email_has_the_colours_of_the_pages(email: Path) -> None:
    day, night = colours()
    by_night = email.name == "_head.html"
    assert set(_COLOUR.findall(email.read_text())) <= (night if by_night else day)


@pytest.mark.parametrize(
    "email", [each for each in EMAILS if each.name != "_links.html"], ids=lambda each: each.parent.name
)
def test_links_to_pages_are_drawn_in_one_place(email: Path) -> None:
    assert re.findall(r'<a href="(?!mailto:)', email.read_text()) == []


def test_every_colour_of_an_email_turns_at_night() -> None:
    """What is coloured on an element has a class that the style sheet for the night names."""
    turned = set(re.findall(r"\.([a-z]+) \{", (ROOT / "templates/emails/_head.html").read_text()))
    still = [
        f"{email.parent.name}: {tag}"
        for email in EMAILS
        for tag in re.findall(r"<[a-z][^<>]*style=[^<>]*#[0-9a-f]{6}[^<>]*>", email.read_text())
        if not turned & set(" ".join(re.findall(r'class="([^"]*)"', tag)).split())
    ]
    assert still == []
