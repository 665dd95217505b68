"""What kinds of accounts, kinds of entries by hand and methods are called on pages."""

from flask_babel import lazy_gettext as _l

from app.donations import methods
from app.donations.donation import BANK_TRANSFER, CARD, CASH, CHEQUE, IN_KIND, STANDING_ORDER

_KINDS = {
    "asset": _l("Assets"),
    "liability": _l("Liabilities"),
    "equity": _l("Opening balances and currency exchange"),
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
    "bank-charge": (_l("Bank charge"), _l("from the bank account to an expense account")),
    "expense-paid": (_l("Expense paid"), _l("from an asset account to an expense account")),
    "moved": (_l("Transfer between our own accounts"), _l("such as cash paid into the bank")),
    "income-moved": (_l("Income moved to another appeal or branch"), _l("shown as such in every report")),
    "opening-balance": (_l("Opening balance"), _l("from the opening account to an asset account")),
    "correction": (_l("Correction"), _l("if no other type fits")),
}


def kind_name(kind: str) -> str:
    """'Assets' for 'asset'."""
    return str(_KINDS[kind])


def method_name(method: str) -> str:
    """'Standing order' for 'standing-order'."""
    return str(METHODS[method])
