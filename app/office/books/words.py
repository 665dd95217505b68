"""What kinds of accounts, kinds of entries by hand and methods are called on pages."""

from flask_babel import lazy_gettext as _l

from app.donations import methods
from app.donations.donation import BANK_TRANSFER, CARD, CASH, CHEQUE, IN_KIND, STANDING_ORDER

_KINDS = {
    "asset": _l("What we have"),
    "liability": _l("What we owe"),
    "equity": _l("Where we began, and exchange"),
    "income": _l("Income"),
    "expense": _l("Expenses"),
}

METHODS = {
    CARD: _l("Card"),
    CASH: _l("Cash"),
    CHEQUE: _l("Cheque"),
    STANDING_ORDER: _l("Standing order"),
    BANK_TRANSFER: _l("Bank transfer"),
    IN_KIND: _l("In kind, at its value"),
    methods.OTHER: _l("Moved or corrected by hand"),
}

# What somebody may enter by hand, and when to choose it.
BY_HAND = {
    "bank-charge": (_l("A bank’s charge"), _l("from the bank account to an expense")),
    "expense-paid": (_l("An expense that we paid"), _l("from what we have to an expense")),
    "moved": (_l("Money moved between our own accounts"), _l("such as from the cash box to the bank")),
    "income-moved": (_l("Income moved to another appeal or branch"), _l("shown as such in every report")),
    "opening-balance": (_l("What was there when the books began"), _l("from the opening account to what we have")),
    "correction": (_l("A correction"), _l("when nothing else fits")),
}


def kind_name(kind: str) -> str:
    """'What we have' for 'asset'."""
    return str(_KINDS[kind])


def method_name(method: str) -> str:
    """'Standing order' for 'standing-order'."""
    return str(METHODS[method])
