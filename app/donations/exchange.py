"""Exchange: a movement whose two ends have different currencies goes through equity, each currency for itself."""

from decimal import ROUND_HALF_EVEN, Decimal

from app.ledger import accounts
from app.ledger.posting import Line
from app.money import Money, decimals
from app.payments.transaction import Transaction

# Stripe rounds its rates to a few digits; what differs from the whole by less than this part of it is the whole.
_ROUNDED = Decimal("0.0005")


def lines_between(other: int, worth: Money, settled: Money) -> list[Line]:
    """The transfers by which `settled` comes to the Stripe account from the account `other`, where it is `worth`
    (or, both negative, leaves it for there). In one currency that is one transfer; in two, `other` gives to the
    exchange account of its currency and the exchange account of the other gives to Stripe, so that each currency sums
    to zero. A movement of nothing has no transfers.
    """
    stripe = accounts.house_account("assets:stripe", settled.currency)
    if worth.currency == settled.currency:
        return _line(other, stripe, settled)
    there = accounts.house_account("equity:exchange", worth.currency)
    here = accounts.house_account("equity:exchange", settled.currency)
    return [*_line(other, there, worth), *_line(here, stripe, settled)]


def worth_of(movement: Transaction, whole: Money, whole_settled: int = 0) -> Money:
    """What a movement that was settled in another currency is worth in that of `whole`, never negative.

    `whole` is what it would be worth if all were moved, and `whole_settled` what that had come to in the movement's
    currency. By Stripe's rate; without one, as great a part of the whole as its amount is of the whole's.
    """
    settled = abs(movement.amount.minor)
    if movement.rate is None:
        if settled >= whole_settled:
            return whole
        return Money(_rounded(Decimal(whole.minor) * settled / whole_settled), whole.currency)
    unit = Decimal(10) ** (decimals(whole.currency) - decimals(movement.amount.currency))
    minor = settled / movement.rate * unit
    # The settled amount was itself rounded, to the nearest unit of its own.
    slack = unit / movement.rate / 2 + 1 + whole.minor * _ROUNDED
    return whole if abs(minor - whole.minor) <= slack else Money(_rounded(minor), whole.currency)


def _rounded(minor: Decimal) -> int:
    return int(minor.to_integral_value(ROUND_HALF_EVEN))


def _line(giver: int, taker: int, amount: Money) -> list[Line]:
    if amount.minor == 0:
        return []
    return [Line(giver, taker, amount) if amount.minor > 0 else Line(taker, giver, -amount)]
