"""Glyphs: nothing is numbered that would print as boxes, and the operator is told what to install."""

import os
import subprocess
from pathlib import Path

import pytest

from app.receipts import glyphs
from app.receipts.glyphs import MissingGlyphs
from app.receipts.rendering import Renderer
from tests.receipts.stage import some_facts

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
    glyphs.check([name])
    assert renderer.render(some_facts(donor=name).frozen()).startswith(b"%PDF")


def test_what_cannot_be_printed_is_named_by_code_point_alone():
    with pytest.raises(MissingGlyphs) as refusal:
        glyphs.check([f"Anna {NOBODY_HAS} Berg"])
    assert "U+10FFFD" in str(refusal.value)
    assert "Anna" not in str(refusal.value)
    assert NOBODY_HAS not in str(refusal.value)


def test_a_missing_script_names_a_package_that_has_it(only_these_fonts):
    with pytest.raises(MissingGlyphs, match=r"U\+5B66 CJK UNIFIED IDEOGRAPH-5B66; .*fonts-noto-cjk"):
        glyphs.check(["学"])
    with pytest.raises(MissingGlyphs, match="fonts-noto-color-emoji"):
        glyphs.check(["\N{PARTY POPPER}"])


def test_a_font_installed_later_is_found_without_a_restart(only_these_fonts):
    font = font_file_elsewhere("ß")
    with pytest.raises(MissingGlyphs):
        glyphs.check(["ß"])
    (only_these_fonts / font.name).symlink_to(font)
    glyphs.check(["ß"])


def test_marks_that_are_never_drawn_need_no_glyph(only_these_fonts):
    glyphs.check(["\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}\N{COMBINING GRAPHEME JOINER}\N{NO-BREAK SPACE}\t"])


def test_a_box_never_leaves_the_press(only_these_fonts):
    font = font_file_elsewhere("a")
    (only_these_fonts / font.name).symlink_to(font)
    with Renderer(processes=1) as press:
        with pytest.raises(MissingGlyphs, match=r"U\+10FFFD"):
            press.render(some_facts(donor=f"Anna {NOBODY_HAS}").frozen())
        # A font that was installed in between is known to the children that follow.
        for needed in "ŁŃ":
            other = font_file_elsewhere(needed)
            if not (only_these_fonts / other.name).exists():
                (only_these_fonts / other.name).symlink_to(other)
        assert press.render(some_facts(donor="Łucja").frozen()).startswith(b"%PDF")


def font_file_elsewhere(character: str) -> Path:
    """An installed font that has a character, whatever this test has told fontconfig."""
    kept = os.environ.pop("FONTCONFIG_FILE")
    try:
        return font_file(character)
    finally:
        os.environ["FONTCONFIG_FILE"] = kept
