"""Glyphs: no sign prints as a box, none holds a receipt up, and the operator is told what to install."""

import os
import subprocess
from pathlib import Path

import pytest

from app.receipts import glyphs, printing
from app.receipts.rendering import Renderer
from tests.receipts.stage import some_facts, words

# The last code point there is: of private use, so no font has a glyph for it.
NOBODY_HAS = "\U0010fffd"


def font_file(character: str) -> Path:
    """An installed font that has a character."""
    found = subprocess.run(
        ["fc-list", f":charset={ord(character):x}:fontformat=TrueType", "file"], capture_output=True, text=True
    )
    path = found.stdout.splitlines()[0].rstrip(": ") if found.stdout else ""
    return Path(path) if path else pytest.skip(f"no font for {character} is installed")


@pytest.fixture
def only_these_fonts(tmp_path, monkeypatch):
    """Makes fontconfig know a folder of our own alone, and returns the folder; fonts are installed by linking."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    (tmp_path / "fonts.conf").write_text(
        f"<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>"
        f"<fontconfig><dir>{folder}</dir><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    monkeypatch.setattr(glyphs, "_ranges", [])
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Łukasiewicz-O’Brien",
        "Ngũgĩ wa Thiong’o",
        "Nguyễn Thị Minh Khai",
        "Ольга Їжакевич",
        "Ελένη Παπαδοπούλου",
        "מרים בן־דוד",
        "فاطمه می\N{ZERO WIDTH NON-JOINER}خواهم",
        "प्रिया क्षत्रिय",
        "ก้องภพ",
        "학생 李小龍 すずき",
        "a combined e\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}",
        "a \N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16} heart",
    ],
)
def test_what_can_be_printed_passes_and_prints(name, renderer):
    for character in name:
        if glyphs._is_drawn(character):
            font_file(character)
    assert not glyphs.lacking([name])
    assert renderer.render(some_facts(donor=name).frozen()).startswith(b"%PDF")


def test_what_cannot_be_printed_is_named_by_code_point_alone():
    refusal = glyphs.missing(glyphs.lacking([f"Anna {NOBODY_HAS} Berg"]))
    assert "U+10FFFD" in str(refusal)
    assert "Anna" not in str(refusal)
    assert NOBODY_HAS not in str(refusal)


def test_a_missing_script_names_a_package_that_has_it(only_these_fonts):
    words = str(glyphs.missing(glyphs.lacking(["学\N{PARTY POPPER}"])))
    assert "U+5B66 CJK UNIFIED IDEOGRAPH-5B66" in words
    assert "fonts-noto-cjk" in words
    assert "fonts-noto-color-emoji" in words


def test_a_font_installed_later_is_found_without_a_restart(only_these_fonts):
    font = font_file_elsewhere("ß")
    assert glyphs.lacking(["ß"]) == {ord("ß")}
    (only_these_fonts / font.name).symlink_to(font)
    assert not glyphs.lacking(["ß"])


def test_marks_that_are_never_drawn_need_no_glyph(only_these_fonts):
    assert not glyphs.lacking(
        ["\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}\N{COMBINING GRAPHEME JOINER}\N{NO-BREAK SPACE}\t"]
    )


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Anna \N{SUNFLOWER} Berg", "Anna Berg"),
        ("\N{SUNFLOWER}", ""),
        # A farmer of a skin's colour: four signs that are one; nothing of them stays.
        ("Anna \N{WOMAN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}\N{ZERO WIDTH JOINER}\N{EAR OF RICE}", "Anna"),
        ("\N{SUNFLOWER}\N{VARIATION SELECTOR-16} Zoë", "Zoë"),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
        ("क्षत्रिय", "क्षत्रिय"),
    ],
)
def test_a_sign_is_left_out_whole_and_every_letter_stays(text, printed):
    emoji = set(map(ord, "\N{SUNFLOWER}\N{WOMAN}\N{EAR OF RICE}"))
    assert glyphs.without(text, emoji) == printed


def test_a_box_never_leaves_the_press(only_these_fonts):
    for needed in "a£":
        font = font_file_elsewhere(needed)
        if not (only_these_fonts / font.name).exists():
            (only_these_fonts / font.name).symlink_to(font)
    with Renderer(processes=1) as press:
        pdf = press.render(some_facts(donor=f"Anna {NOBODY_HAS}", appeal=NOBODY_HAS).frozen())
        assert printed(pdf, "received with thanks from Anna", "Given to Our work")
        # A font that was installed in between is known to the children that follow.
        for needed in "ŁŃ":
            other = font_file_elsewhere(needed)
            if not (only_these_fonts / other.name).exists():
                (only_these_fonts / other.name).symlink_to(other)
        assert printed(press.render(some_facts(donor="Łucja").frozen()), "Łucja")


def test_a_currency_whose_sign_has_no_glyph_is_named_by_its_code(only_these_fonts):
    page = printing.page(some_facts(currency="gbp"))
    assert "1234.50 GBP" in page
    assert "£" not in page


def printed(pdf: bytes, *expected: str) -> bool:
    """Whether a PDF says all of this, and shows no box."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    text = words(found.stdout.decode())
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert NOBODY_HAS not in text
    return all(each in text for each in expected)


def font_file_elsewhere(character: str) -> Path:
    """An installed font that has a character, whatever this test has told fontconfig."""
    kept = os.environ.pop("FONTCONFIG_FILE")
    try:
        return font_file(character)
    finally:
        os.environ["FONTCONFIG_FILE"] = kept
