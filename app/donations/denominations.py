"""Denominations: the notes and coins in which cash of a currency is counted, the largest first."""

from app.money import decimals

# In minor units. Bank of England and Royal Mint, European Central Bank, United States: what is in circulation.
_OF = {
    "gbp": (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "eur": (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "usd": (10000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5, 1),
}
_SMALLEST_NOTE = {"gbp": 500, "eur": 500, "usd": 100}


def of(currency: str) -> tuple[int, ...]:
    """The values of a currency's notes and coins in minor units; for one that we do not know, the usual 5-2-1."""
    if currency in _OF:
        return _OF[currency]
    top = 2 + decimals(currency)
    return tuple(step * 10**power for power in range(top, -1, -1) for step in (5, 2, 1))


def is_note(value: int, currency: str) -> bool:
    """Whether this value is a note rather than a coin, as far as we know."""
    return value >= _SMALLEST_NOTE.get(currency, 0)
