"""Which kinds of entries count as gifts on the account they come from; the reversal of one takes it away again.

A count of cash (`CASH`) counts as none: nobody knows how many people gave (docs/decisions/0005).
"""

GIFT, CHEQUE, STANDING_ORDER, BANK_TRANSFER, IN_KIND = "gift", "cheque", "standing-order", "bank-transfer", "in-kind"
# A count of cash is nobody's gift; cash from a named person is one.
CASH, NAMED_CASH = "cash", "named-cash"

COUNTED = (GIFT, NAMED_CASH, CHEQUE, STANDING_ORDER, BANK_TRANSFER, IN_KIND)


def counted(kind: str) -> int:
    """How many gifts an entry of this kind is: one or none."""
    return 1 if kind in COUNTED else 0
