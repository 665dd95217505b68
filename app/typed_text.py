"""Text as people type it, or as programs send it: what in it never matters is taken away before it is looked at."""

import re
import unicodedata

# Scripts need these between letters, though they print nothing themselves.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def line(text: str | None) -> str | None:
    """One line, without spaces around it and without control characters: PostgreSQL keeps no NUL, mails no line end."""
    return text and _without_controls(re.sub(r"[\t\r\n]+", " ", text), but="").strip()


def lines(text: str | None) -> str | None:
    """Some lines, each ended by a mere line feed; else as one line."""
    return text and _without_controls(re.sub(r"\r\n?", "\n", text).replace("\t", " "), but="\n").strip()


def one_line(text: str | None) -> str:
    """The text as one line that can be printed: composed, its spaces single, control and format characters gone."""
    shown = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text or "")
        if char.isspace() or char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    return " ".join(shown.split())


def _without_controls(text: str, *, but: str) -> str:
    return "".join(each for each in text if each in but or unicodedata.category(each) != "Cc")
