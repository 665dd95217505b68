"""An amount as a giver types it: read like all that is typed, and held to what a gift may be."""

from flask_babel import gettext as _

from app import typed_amount
from app.donations import amounts
from app.errors import DomainError
from app.money import Money, NotAnAmount, written


class NotTaken(DomainError):
    """The amount cannot be taken; the message says why, beside its field."""


def read(text: str, currency: str) -> Money:
    """The amount that was typed, in a currency. Raises `NotTaken`."""
    smallest, largest = amounts.minimum(currency), amounts.maximum(currency)
    try:
        return amounts.check(typed_amount.read(text, currency))
    except NotAnAmount as error:
        raise NotTaken(typed_amount.complaint(error, text, currency)) from error
    except amounts.TooFine as error:
        raise NotTaken(typed_amount.too_fine(currency)) from error
    except amounts.TooSmall as error:
        raise NotTaken(_("The amount must be %(least)s or more", least=written(smallest, short=True))) from error
    except amounts.TooLarge as error:
        most = written(largest, short=True)
        raise NotTaken(
            _("The amount must be %(most)s or less; to give more by card, talk to us first", most=most)
        ) from error
