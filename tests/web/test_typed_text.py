"""Text as it is typed: what never matters is taken away."""

import pytest

from app.web import fields


@pytest.mark.parametrize(
    ("typed", "line", "lines"),
    [
        (" Jane\0 ", "Jane", "Jane"),
        ("Ja\x1bne", "Jane", "Jane"),
        ("Jane\tDoe", "Jane Doe", "Jane Doe"),
        ("4 Mill Lane\r\nAmbleford\r\n", "4 Mill Lane Ambleford", "4 Mill Lane\nAmbleford"),
        ("one\rtwo\n\nthree", "one two three", "one\ntwo\n\nthree"),
        ("Łucja 学 é", "Łucja 学 é", "Łucja 学 é"),
        ("\0", "", ""),
        ("", "", ""),
        (None, None, None),
    ],
)
def test_spaces_around_and_control_characters_do_not_matter(typed, line, lines):
    assert fields.cleaned_line(typed) == line
    assert fields.cleaned_lines(typed) == lines
