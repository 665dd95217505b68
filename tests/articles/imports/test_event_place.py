"""The place of an event, and how to get there."""

import pytest

from app.articles.imports import event_announcement


@pytest.mark.parametrize(
    ("line", "place", "directions"),
    [
        ("Outside the port office, 1 Quay Street.", "Outside the port office, 1 Quay Street", ""),
        ("1 Quay Street, AM1 2QX, nearest tube Quayside.", "1 Quay Street, AM1 2QX", "Nearest tube Quayside"),
        ("Mill Hall (nearest station: Quayside)", "Mill Hall", "Nearest station: Quayside"),
        ("Mill Hall. Nearest bus stop is Mill Lane", "Mill Hall", "Nearest bus stop is Mill Lane"),
        ("Mill Hall (tube: Quayside)", "Mill Hall", "Tube: Quayside"),
        ("Venue: Mill Hall", "Mill Hall", ""),
        ("Nearest tube: Quayside", "", "Nearest tube: Quayside"),
        ("By the nearest station we can find", "By the nearest station we can find", ""),
    ],
)
def test_a_place_and_the_way_there_are_told_apart(line, place, directions):
    assert event_announcement.split(line) == (place, directions)


@pytest.mark.parametrize(
    ("line", "expected", "place"),
    [
        ("Outside the port office, 1 Quay Street, Ambleford AM1 2QX.", False, True),
        ("Mill Hall, Mill Lane", False, True),
        ("At the gate", False, True),
        ("Mill Hall", False, False),
        ("Mill Hall", True, True),
        ("Mill Hall.", True, True),
        ("(doors 6.30pm)", True, False),
        ("for 7.30pm", True, False),
        ("At dawn, the whole crew of the night shift walked out of the yard.", False, False),
        ("The whole crew of the night shift walked out of the yard at dawn.", True, False),
        ("They were taken to the nearest station and left there without a word.", True, False),
    ],
)
def test_a_place_is_told_from_a_sentence(line, expected, place):
    assert event_announcement.looks_like_one(line, expected=expected) is place
