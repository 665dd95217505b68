"""Days and amounts as banks and people write them in files."""

import re
from datetime import date
from functools import cache
from string import ascii_uppercase

from babel.dates import get_month_names
from babel.numbers import get_currency_symbol, list_currencies

from app.bank.formats.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from app.money import Money, NotAnAmount, decimals

# Both marks are the same, or an amount such as 112.26 would be a day as well.
_FIGURES = re.compile(
    r"(?:(?P<a>\d{1,4})(?P<mark>[-/. ])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})|(?P<whole>\d{8}))(?:[T ,].*)?", re.ASCII
)
# A month that is named needs no order: 21 Jul 2026, 21-Jul-26, Tue, 21st July 2026; Jul 21, 2026.
_NAMED = re.compile(
    r"(?:[^\W\d_]{2,10}\.?,? +)??"
    r"(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?[-/. ]+(?P<month>[^\W\d_]{3,10})\.?"
    r"|(?P<month_first>[^\W\d_]{3,10})\.?[-/ ]+(?P<day_then>[0-9]{1,2})(?:st|nd|rd|th)?)"
    r"[-/., ]+(?P<year>[0-9]{4}|[0-9]{2})(?:[T ,].*)?"
)
# Figures with their marks of thousands and their decimals; what stands around them is looked at apart.
_FIGURE = re.compile(r"(?P<before>[^0-9.,]*)(?P<figure>[.,]?[0-9][0-9., ]*?)(?P<after>[^0-9.,]*)", re.ASCII)
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "))
_MINUS = str.maketrans(dict.fromkeys("−‐‑‒–—", "-"))
_LANGUAGES = ("en", "de", "fr", "nl", "es", "it", "pl")
_SYMBOLS = "£€$¥"
_LONGEST, _LONGEST_DAY = 60, 100
# What banks write behind or before an amount for its direction.
_OUT, _IN = {"-", "dr", "d", "db", "debit", "od"}, {"+", "cr", "c", "credit"}


class OtherCurrency(NotAnAmount):
    """The amount is written in another currency than the one it should be in."""


def day(text: str, order: str) -> date | None:
    """The day that a cell names, in one of the orders, with or without a time after it; `None` if it names none."""
    if len(text) > _LONGEST_DAY:
        return None
    cleaned = " ".join(text.translate(_SPACES).split())
    named = _NAMED.fullmatch(cleaned)
    if named is not None:
        month = _months().get((named["month"] or named["month_first"]).casefold())
        return _date(named["year"], str(month or 0), named["day"] or named["day_then"])
    match = _FIGURES.fullmatch(cleaned)
    if match is None:
        return None
    first, second, third = _whole(match["whole"], order) if match["whole"] else (match["a"], match["b"], match["c"])
    return _date(
        *{DAY_FIRST: (third, second, first), MONTH_FIRST: (third, first, second), YEAR_FIRST: (first, second, third)}[
            order
        ]
    )


def _date(year: str, month: str, of_month: str) -> date | None:
    if len(year) == 2:
        year = "20" + year
    if len(year) != 4:
        return None
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None


def _whole(digits: str, order: str) -> tuple[str, str, str]:
    """The parts of a day that is written without marks: 20260707, or 07072026."""
    return (digits[:4], digits[4:6], digits[6:]) if order == YEAR_FIRST else (digits[:2], digits[2:4], digits[4:])


@cache
def _months() -> dict[str, int]:
    """Months by their names and short names in the languages of banks that we meet."""
    found: dict[str, int] = {"sept": 9, "mrz": 3}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=language).items():
                found.setdefault(name.rstrip(".").casefold(), number)
    return found


def money(text: str, currency: str, decimal: str = ".", *, exact: bool = False) -> Money | None:
    """The signed amount in a cell: '-1,234.50', '£12.00 DR', '£(3.20)', "1'234.50", '12.00 GBP', '1.234,50- €'; `None`
    for an empty one.

    Decimals beyond the currency's must be zeros. Three of them might be thousands ('1.000'), so they are refused unless
    `exact`: where a standard says that a point is always the decimal mark. Raises `NotAnAmount`; `OtherCurrency`
    when the amount names another currency.
    """
    cleaned = text.translate(_SPACES).translate(_MINUS).replace("’", "'").replace("\ufeff", "").strip()
    if not cleaned:
        return None
    # Thousands may be set off by an apostrophe, but only between figures.
    cleaned = re.sub(r"(?<=[0-9])'(?=[0-9]{3})", " ", cleaned)
    # No amount is so long; and a pattern must not try every way through a page of text.
    match = _FIGURE.fullmatch(cleaned) if len(cleaned) <= _LONGEST else None
    if match is None:
        raise NotAnAmount("not an amount of money")
    out = _is_out(match["before"], match["after"], currency)
    figure = match["figure"].strip()
    if decimal == ",":
        figure = figure.replace(".", " ").replace(",", ".")
    amount = Money.parse(_plain(figure, currency, exact=exact), currency)
    return -amount if out else amount


def _plain(figure: str, currency: str, *, exact: bool) -> str:
    """A figure without zeros that say nothing: in front of it, and behind the currency's decimals."""
    whole, point, part = figure.partition(".")
    if part.isdigit() and len(part) > decimals(currency) and (exact or len(part) > 3):
        part = part[: decimals(currency)] + part[decimals(currency) :].rstrip("0")
    if not whole or whole.isdigit():
        whole = whole.lstrip("0") or "0"
    return whole + (point + part if part or not point else ".")


def _is_out(before: str, after: str, currency: str) -> bool:
    """Whether what stands around a figure says that it went out. Raises `NotAnAmount` for anything unknown, and for
    two signs that contradict or double each other."""
    before, after = before.strip(), after.strip()
    brackets = "(" in before and ")" in after
    if brackets:
        before, after = before.replace("(", " ", 1), after.replace(")", " ", 1)
    marks = [_mark(each, currency) for each in re.findall(r"[^\W\d_]+\$?|[-+]|[^\w\s]", f"{before} {after}")]
    signs = [each for each in marks if each]
    if re.search(r"[\d_]", before + after) or len([each for each in marks if not each]) > 1:
        raise NotAnAmount("not an amount of money")
    if "in" in signs and ("out" in signs or brackets):
        raise NotAnAmount("two signs that contradict each other")
    if len(re.findall(r"[-+]", before + after)) + brackets > 1:
        raise NotAnAmount("more than one sign")
    return brackets or "out" in signs


def _mark(word: str, currency: str) -> str:
    """'in' or 'out' for a sign; empty for the currency's own name or sign."""
    said = word.casefold()
    if said in _OUT:
        return "out"
    if said in _IN:
        return "in"
    symbol = get_currency_symbol(currency.upper(), locale="en_GB")
    if said == currency or word in (
        symbol,
        symbol.lstrip(ascii_uppercase),
        get_currency_symbol(currency.upper(), "en"),
    ):
        return ""
    if said.upper() in list_currencies() or word in _SYMBOLS:
        raise OtherCurrency(f"an amount in {word}")
    raise NotAnAmount("not an amount of money")


def words(*parts: str | None) -> str:
    """What cells say, as one line without control characters and doubled spaces."""
    text = " ".join(part for part in parts if part)
    if not text.isprintable():
        text = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(text.split())
