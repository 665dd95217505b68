"""Wording: the templates of receipts and their mails, filled with plain data in the reader's language.

An environment of its own, not the web application's: what a receipt says must depend on its frozen facts alone.
"""

import unicodedata
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.money import Money, written

_ROOT = Path(__file__).parent.parent.parent
# Scripts need these between letters, though they print nothing themselves.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def fill(template: str, language: str, **values: Any) -> str:
    """The text of `templates/<template>` in `language` (such as 'en-GB'), filled with plain values; HTML is escaped."""
    return _environment(language).get_template(template).render(language=language, **values)


def amount(money: Money, language: str) -> str:
    """An amount as receipts write it in `language`."""
    return written(money, locale=str(Locale.parse(language, sep="-")))


def one_line(text: str | None) -> str:
    """The text as one line that can be printed: composed, its spaces single, control and format characters gone."""
    shown = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text or "")
        if char.isspace() or char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    return " ".join(shown.split())


@cache
def _environment(language: str) -> Environment:
    locale = str(Locale.parse(language, sep="-"))
    environment = Environment(
        loader=FileSystemLoader(_ROOT / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = Translations.load(_ROOT / "app" / "translations", [locale])
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["money"] = lambda minor, currency: written(Money(minor, currency), locale=locale)
    environment.filters["day"] = lambda day: format_date(date.fromisoformat(day), format="d MMMM y", locale=locale)
    return environment
