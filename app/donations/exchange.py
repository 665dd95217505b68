"""Exchange: a movement whose two ends have different currencies goes through equity, each currency for itself."""

from app.ledger import accounts
from app.ledger.posting import Line
from app.money import Money


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


def _line(giver: int, taker: int, amount: Money) -> list[Line]:
    if amount.minor == 0:
        return []
    return [Line(giver, taker, amount) if amount.minor > 0 else Line(taker, giver, -amount)]
