"""An amount as people type it, and what is said when it cannot be taken."""

from flask_babel import gettext as _

from app.donations import amounts
from app.errors import DomainError
from app.money import Money, NotAnAmount, TooManyDecimals, decimals, written


class NotTaken(DomainError):
    """The amount cannot be taken; the message says why, beside its field."""


def read(text: str, currency: str) -> Money:
    """The amount that was typed, in a currency. Raises `NotTaken`."""
    smallest, largest = amounts.minimum(currency), amounts.maximum(currency)
    try:
        return amounts.check(Money.parse(text, currency))
    except TooManyDecimals as error:
        raise NotTaken(_too_many_decimals(decimals(currency))) from error
    except NotAnAmount as error:
        raise NotTaken(_not_figures(decimals(currency))) from error
    except amounts.TooSmall as error:
        raise NotTaken(_("The amount must be %(least)s or more", least=written(smallest, short=True))) from error
    except amounts.TooLarge as error:
        most = written(largest, short=True)
        raise NotTaken(
            _("The amount must be %(most)s or less; to give more by card, talk to us first", most=most)
        ) from error


def _too_many_decimals(most: int) -> str:
    if most == 0:
        return str(_("The amount must be a whole number, like 2500"))
    return str(_("The amount must have no more than two decimals, like 12.50"))


def _not_figures(most: int) -> str:
    if most == 0:
        return str(_("Enter an amount in figures, like 2500"))
    if most == 3:
        return str(_("Enter an amount in figures, like 25 or 12.500"))
    return str(_("Enter an amount in figures, like 25 or 12.50"))
