"""Methods: by which way income came, told from the kind of entry that booked it or took it back."""

from app.donations.donation import BANK_TRANSFER, CARD, CASH, CHEQUE, IN_KIND, STANDING_ORDER
from app.ledger import trial_balance
from app.ledger.entries import GIFT, NAMED_CASH
from app.ledger.journal import Wanted
from app.money import Money

# What is none of these was entered by hand, or moved.
OTHER = "other"
KINDS = {
    CARD: (GIFT, "refund", "refund-returned", "dispute-lost", "dispute-overturned", "debit-returned"),
    CASH: (CASH, NAMED_CASH),
    CHEQUE: (CHEQUE, "bounced"),
    STANDING_ORDER: (STANDING_ORDER,),
    BANK_TRANSFER: (BANK_TRANSFER,),
    IN_KIND: (IN_KIND,),
}
_METHOD = {kind: method for method, kinds in KINDS.items() for kind in kinds}


def income(wanted: Wanted) -> list[tuple[str, Money]]:
    """What came by each method to the wanted income accounts, less what went back; by currency and method."""
    found: dict[tuple[str, str], int] = {}
    for (kind, currency), (come, gone) in trial_balance.by_kind(wanted).items():
        key = currency, _METHOD.get(kind, OTHER)
        found[key] = found.get(key, 0) + gone - come
    order = [*KINDS, OTHER]
    return [
        (method, Money(found[currency, method], currency))
        for currency, method in sorted(found, key=lambda each: (each[0], order.index(each[1])))
    ]
