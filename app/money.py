"""Exact money: integer minor units of one currency, written as people write it, and read in two ways.

Files of banks and our own addresses are read by `Money.parse` alone, which knows one form. What a person types, on a
public page, in the office or in a command, is read by `read_typed`: people write '5,50', '5.', '5 GBP' or '５' and mean
one thing. What can be meant in two ways is never guessed: they are asked which one it is.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from string import ascii_uppercase

from babel.numbers import format_currency, get_currency_symbol
from flask_babel import gettext as _

from app.errors import DomainError

# Stripe's currencies without a minor unit (docs.stripe.com/currencies, "zero-decimal currencies").
ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
_WHOLE_UNITS = frozenset(["isk", "ugx"])

# A sum larger than this is refused unread: it is a slip of the finger, and it would not fit Stripe's eight digits.
_LONGEST = 24
_GROUPED = re.compile(r"(?P<whole>\d{1,3}(?:[, ]\d{3})+|\d{1,12})(?:\.(?P<part>\d{1,3}))?", re.ASCII)


class CurrencyMismatch(DomainError):
    """Two currencies met in one sum."""


class NotAnAmount(DomainError):
    """The text is not an amount of money as people write one."""


class TooManyDecimals(NotAnAmount):
    """The amount has more decimals than its currency."""


_home_currency = "gbp"


def use_home_currency(currency: str) -> None:
    """Set the currency that this organisation's account is kept in; the composition calls it once."""
    global _home_currency
    _home_currency = currency


def home_currency() -> str:
    """The currency that this organisation's account is kept in, from the setting CURRENCY."""
    return _home_currency


def decimals(currency: str) -> int:
    """How many decimals the currency's main unit has: 2 for gbp, 0 for jpy, 3 for kwd."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """Of how many minor units a card amount is a multiple (docs.stripe.com/currencies, "Special cases"): those with
    three decimals end in 0; the króna and the shilling of Uganda are kept in hundredths, which must be 0."""
    return 10 if currency in THREE_DECIMAL else 100 if currency in _WHOLE_UNITS else 1


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` units (pence, cents) of `currency`, a lower-case ISO 4217 code.

    Sums and comparisons of two currencies raise `CurrencyMismatch`.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not a whole number of minor units: a float here would be a lost penny later."""
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: "Money") -> "Money":
        """The sum of two amounts of one currency."""
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference of two amounts of one currency."""
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        """The same amount the other way."""
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Whether this is less than another amount of the same currency."""
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        """The amount for logs and ledgers: '25.00 GBP'."""
        return f"{self.major()} {self.currency.upper()}"

    def per_cent_of(self, target: "Money") -> int:
        """This amount in whole per cent of a target: rounded down, so that 100 means reached; never below 0."""
        self._same(target)
        return max(0, self.minor * 100 // target.minor)

    def major(self) -> Decimal:
        """The amount in the main unit, exact, with the currency's decimals: for exports and formatting alone."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read an amount as settings and files write it; what people type into forms is read by `read_typed`.

        Accepted: digits, an optional currency sign in front, thousands in groups of three set off by commas or
        spaces, an optional point and decimals ('25', ' £1,000 ', '12.50', '1 000.5'). The sign may be bare: people
        whose money is the dollar write '$5', not 'US$5'. Everything else is refused with `NotAnAmount`: signs,
        exponents, NaN, underscores, digits of other scripts, a comma for a point.
        """
        cleaned = text.replace("\N{NO-BREAK SPACE}", " ").strip()
        symbol = get_currency_symbol(currency.upper(), locale="en_GB")
        bare = symbol.lstrip(ascii_uppercase)
        cleaned = cleaned.removeprefix(symbol if cleaned.startswith(symbol) else bare).lstrip()
        match = _GROUPED.fullmatch(cleaned) if len(cleaned) <= _LONGEST else None
        if match is None:
            raise NotAnAmount("not an amount of money")
        places, part = decimals(currency), match["part"] or ""
        if len(part) > places:
            raise TooManyDecimals(f"at most {places} decimals")
        whole = match["whole"].replace(",", "").replace(" ", "")
        return cls(int(whole + part.ljust(places, "0")), currency)


def written(amount: Money, *, locale: str = "en_GB", short: bool = False) -> str:
    """The amount as people read it: '£1,234.50'; with `short`, whole sums lose their pence: '£25'."""
    unit = 10 ** decimals(amount.currency)
    digits = not (short and amount.minor % unit == 0)
    code = amount.currency.upper()
    if digits:
        # Babel rounds some currencies (the dinar, the króna) to whole units, where Stripe and we count hundredths.
        return format_currency(amount.major(), code, currency_digits=unit != 100, locale=locale)
    return format_currency(amount.minor // unit, code, format="¤#,##0", currency_digits=False, locale=locale)


# As many characters as an amount can have; a longer text is refused unread.
_LONGEST_TYPED = 40
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


def read_typed(text: str, currency: str) -> Money:
    """The one amount that was typed, with or without the currency's sign or code before or behind it.

    Raises `SeveralReadings`, `TooManyDecimals` or `NotAnAmount`; `complaint` says each in words.
    """
    body = _without_currency(_plain(text), currency)
    if not body or len(text) > _LONGEST_TYPED:
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
    """A balance that was typed: as `read_typed`, and negative with a minus before or behind it, in brackets, or with
    the OD or DR of a bank's page; `None` when nothing was typed."""
    body = _plain(text)
    if not body:
        return None
    match = _BELOW_ZERO.fullmatch(body)
    amount = read_typed(next(filter(None, match.groups())) if match else body, currency)
    return -amount if match else amount


def _as_we_write(english: re.Match[str], currency: str) -> bool:
    """Whether it is plain figures, or figures with a point and no more decimals than the currency has: what we write
    ourselves, so there is nothing to ask about."""
    part = english["part"]
    return not english["mark"] if part is None else len(part) <= decimals(currency)


def complaint(error: NotAnAmount, text: str, currency: str) -> str:
    """What is said beside the field when `read_typed` could not take what was typed."""
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
    if isinstance(error, TooManyDecimals):
        said = {
            0: _("The amount must be a whole number, like 2500"),
            2: _("The amount must have no more than two decimals, like 12.50"),
            3: _("The amount must have no more than three decimals, like 12.500"),
        }
    else:
        said = {
            0: _("Enter an amount in figures, like 2500"),
            2: _("Enter an amount in figures, like 25 or 12.50"),
            3: _("Enter an amount in figures, like 25 or 12.500"),
        }
    return str(said[decimals(currency)])


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
    bare = symbol.lstrip(ascii_uppercase)
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
