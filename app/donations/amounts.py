"""How small and how large a card gift may be, by currency."""

from app.errors import DomainError
from app.money import Money, step

# Our own minimum, in minor units: at or above Stripe's minimum charge (docs.stripe.com/currencies) and high enough
# that testing stolen cards here is not the cheapest way to do it.
_MINIMUM = {
    "gbp": 100,
    "eur": 100,
    "usd": 100,
    "aud": 100,
    "cad": 100,
    "nzd": 100,
    "chf": 100,
    "sek": 1000,
    "nok": 1000,
    "dkk": 1000,
    "pln": 500,
    "czk": 2500,
    "huf": 20_000,
    "mxn": 2000,
    "thb": 2000,
    "jpy": 100,
}
_MINIMUM_ELSEWHERE = 500

# Stripe takes at most eight digits; a gift by card beyond this is a slip, or a matter to talk about first.
_MAXIMUM = {"gbp": 2_500_000, "eur": 2_500_000, "usd": 2_500_000, "huf": 90_000_000, "jpy": 5_000_000}
_MAXIMUM_ELSEWHERE = 2_500_000


class TooSmall(DomainError):
    """The amount is below the minimum for its currency."""


class TooLarge(DomainError):
    """The amount is above the maximum for its currency."""


class TooFine(DomainError):
    """The amount has a last digit that Stripe does not charge in its currency."""


def known_currencies() -> list[str]:
    """The currencies whose smallest card gift was thought about, in the order of their codes."""
    return sorted(_MINIMUM)


def minimum(currency: str) -> Money:
    """The smallest gift by card."""
    return Money(_MINIMUM.get(currency, _MINIMUM_ELSEWHERE), currency)


def maximum(currency: str) -> Money:
    """The largest gift by card."""
    return Money(_MAXIMUM.get(currency, _MAXIMUM_ELSEWHERE), currency)


def check(amount: Money) -> Money:
    """The amount itself, when it may be given; raises `TooFine`, `TooSmall` or `TooLarge`."""
    if amount.minor % step(amount.currency):
        raise TooFine(f"not a multiple of {step(amount.currency)} minor units")
    if amount < minimum(amount.currency):
        raise TooSmall(f"less than {minimum(amount.currency)}")
    if amount > maximum(amount.currency):
        raise TooLarge(f"more than {maximum(amount.currency)}")
    return amount
