"""An amount as a person types it, on a public page, in the office or in a command: one place for all of them.

People write '5,50', '5.', '5 GBP' or '５' and mean one thing. What can be meant in two ways is never guessed: they are
asked which one it is. Files of banks and our own addresses are read by `Money.parse` alone, which knows one form.
"""

import re
import unicodedata

from babel.numbers import get_currency_symbol
from flask_babel import gettext as _

from app.money import Money, NotAnAmount, TooManyDecimals, decimals, written

# As many characters as an amount can have; a longer text is refused unread.
_LONGEST = 40

# Groups of three set off by one and the same mark, or none; then decimals. Three decimals are looked at as well,
# because they may be a group of thousands behind the other mark.
_ENGLISH = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<mark>[, '])\d{3})(?:(?P=mark)\d{3})*|\d{1,12})?(?:\.(?P<part>\d{0,3}))?"
)
_CONTINENTAL = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<mark>[. '])\d{3})(?:(?P=mark)\d{3})*|\d{1,12})?(?:,(?P<part>\d{0,3}))?"
)

# What is owed to the bank, as people and banks write it: '-5', '£-5', '5-', '(5)', '5 OD'.
_BELOW_ZERO = re.compile(r"[^\d\s.,()-]{0,3}-\s*(?P<a>.+)|(?P<b>.+?)\s*-|[^\d\s]?\((?P<c>.+)\)|(?P<d>.+?)\s*(?i:OD|DR)")

# Figures with more decimals than any currency has.
_FINER = re.compile(r"(?:\d{1,12}|\d{1,3}(?:[ ',]\d{3})+|\d{1,3}(?:[ '.]\d{3})+)?[.,]\d{4,}")

_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{IDEOGRAPHIC SPACE}"
_ALIKE = {
    **dict.fromkeys(map(ord, _SPACES), " "),
    ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'",
    ord("\N{ARABIC DECIMAL SEPARATOR}"): ",",
    ord("\N{MINUS SIGN}"): "-",
    ord("\N{EN DASH}"): "-",
    ord("\N{FULLWIDTH FULL STOP}"): ".",
    ord("\N{FULLWIDTH COMMA}"): ",",
    ord("\N{FULLWIDTH POUND SIGN}"): "£",
    ord("\N{FULLWIDTH YEN SIGN}"): "¥",
    ord("\N{FULLWIDTH DOLLAR SIGN}"): "$",
}


class SeveralReadings(NotAnAmount):
    """The text can be read as more than one amount; `readings` are they, the largest first."""

    def __init__(self, readings: tuple[Money, ...]) -> None:
        """Keep the readings, to be asked about."""
        super().__init__("an amount that can be read in more than one way")
        self.readings = readings


def read(text: str, currency: str) -> Money:
    """The one amount that was typed, with or without the currency's sign or code before or behind it.

    Raises `SeveralReadings`, `TooManyDecimals` or `NotAnAmount`; `complaint` says each in words.
    """
    body = _without_currency(_plain(text), currency)
    if not body or len(text) > _LONGEST:
        raise NotAnAmount("not an amount of money")
    english, continental = _ENGLISH.fullmatch(body), _CONTINENTAL.fullmatch(body)
    ours = english and _amount(english, currency)
    theirs = continental and _amount(continental, currency)
    if ours and english and _as_we_write(english, currency):
        return ours
    if (
        _FINER.fullmatch(body)
        or (english and english["part"] and not ours)
        or (continental and continental["part"] and not (english or theirs))
    ):
        raise TooManyDecimals(f"at most {decimals(currency)} decimals")
    if ours and continental and continental["part"] == "000":
        # Nobody writes three noughts behind a comma: '1,000' is a thousand.
        return ours
    found = {reading for reading in (ours, theirs) if reading}
    if not found:
        raise NotAnAmount("not an amount of money")
    if len(found) > 1:
        raise SeveralReadings(tuple(sorted(found, reverse=True)))
    return found.pop()


def read_signed(text: str, currency: str) -> Money | None:
    """A balance that was typed: as `read`, and negative with a minus before or behind it, in brackets, or with the OD
    or DR of a bank's page; `None` when nothing was typed. Raises as `read`."""
    body = _plain(text)
    if not body:
        return None
    match = _BELOW_ZERO.fullmatch(body)
    return -read(match["a"] or match["b"] or match["c"] or match["d"], currency) if match else read(body, currency)


def _as_we_write(english: re.Match[str], currency: str) -> bool:
    """Whether it is plain figures, or figures with a point and no more decimals than the currency has: what we write
    ourselves, so there is nothing to ask about."""
    part = english["part"]
    return not english["mark"] if part is None else len(part) <= decimals(currency)


def complaint(error: NotAnAmount, text: str, currency: str) -> str:
    """What is said beside the field when `read` could not take what was typed."""
    if isinstance(error, SeveralReadings):
        larger, smaller = error.readings
        return str(
            _(
                "“%(typed)s” can be read as %(larger)s or as %(smaller)s. Enter %(plain_larger)s or %(plain_smaller)s",
                typed=text.strip(),
                larger=written(larger, short=True),
                smaller=written(smaller),
                plain_larger=_typeable(larger),
                plain_smaller=_typeable(smaller),
            )
        )
    places = decimals(currency)
    if isinstance(error, TooManyDecimals):
        if places == 0:
            return str(_("The amount must be a whole number, like 2500"))
        if places == 3:
            return str(_("The amount must have no more than three decimals, like 12.500"))
        return str(_("The amount must have no more than two decimals, like 12.50"))
    if places == 0:
        return str(_("Enter an amount in figures, like 2500"))
    if places == 3:
        return str(_("Enter an amount in figures, like 25 or 12.500"))
    return str(_("Enter an amount in figures, like 25 or 12.50"))


def too_fine(currency: str) -> str:
    """What is said beside the field when the amount has a last digit that cards are not charged with."""
    if decimals(currency) == 3:
        return str(_("The last of the three decimals must be 0, like 12.500"))
    return str(_("The amount must be a whole number, like 2500"))


def _typeable(amount: Money) -> str:
    """The amount as it is always understood: '1500', '1.50'."""
    return str(amount.major() if amount.minor % 10 ** decimals(amount.currency) else int(amount.major()))


def _plain(text: str) -> str:
    """The text with digits of any script as 0 to 9, and spaces, commas and signs of any width as the usual ones."""
    plain = text.translate(_ALIKE)
    return "".join(str(unicodedata.decimal(each, each)) for each in plain).strip()


def _without_currency(text: str, currency: str) -> str:
    """The text without the sign and the code of its currency, each at most once, before or behind the figures."""
    code = currency.upper()
    symbol = get_currency_symbol(code, locale="en_GB")
    # The sign may be bare: people whose money is the dollar write '$5', not 'US$5'.
    bare = symbol.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for mark in dict.fromkeys((code, symbol, bare)):
        if not mark:
            continue
        if text[: len(mark)].upper() == mark.upper():
            text = text[len(mark) :].strip()
        elif text[-len(mark) :].upper() == mark.upper():
            text = text[: -len(mark)].strip()
    return text


def _amount(match: re.Match[str], currency: str) -> Money | None:
    """What a reading comes to; `None` when its decimals beyond the currency's are more than noughts, or it is none."""
    places, whole, part = decimals(currency), match["whole"], match["part"] or ""
    if whole is None and not 0 < len(part) <= places:
        return None
    if part[places:].strip("0"):
        return None
    figures = re.sub(r"\D", "", whole or "0")
    return Money(int(figures + part[:places].ljust(places, "0")), currency)
