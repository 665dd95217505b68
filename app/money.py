"""Exact money: integer minor units of one currency, read strictly and written as people write it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from string import ascii_uppercase

from babel.numbers import format_currency, get_currency_symbol

from app.errors import DomainError

# Stripe's currencies without a minor unit (docs.stripe.com/currencies, "zero-decimal currencies").
ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])

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

    def major(self) -> Decimal:
        """The amount in the main unit, exact, with the currency's decimals: for exports and formatting alone."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read what a person typed into an amount field.

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
