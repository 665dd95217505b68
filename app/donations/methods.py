"""Methods: by which way income came, told from the kind of entry that booked it or took it back.

What came through Stripe came by card, or by what Stripe calls by another name (`Donation.paid_by`): a debit, a wallet.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.database import db
from app.donations.donation import BANK_TRANSFER, CARD, CASH, CHEQUE, IN_KIND, STANDING_ORDER, Donation
from app.ledger import trial_balance
from app.ledger.entries import GIFT, NAMED_CASH, Entry
from app.ledger.journal import JournalFilter
from app.money import Money
from app.subject import Subject

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
_D: Any = Donation.__table__
_E: Any = Entry.__table__
_ABOUT = Subject("donation", "")


def income(wanted: JournalFilter) -> list[tuple[str, Money]]:
    """What came by each method to the wanted income accounts, less what went back; by currency and method. A method
    is one of ours, or Stripe's word for what was no card."""
    ways = _ways()
    found: dict[tuple[str, str], int] = {}
    for method in (None, CARD, *ways) if ways else (None,):
        for (kind, currency), (come, gone) in trial_balance.by_kind(_narrowed(wanted, method or "", ways)).items():
            named = _METHOD.get(kind, OTHER)
            # Where there are debits, what came through Stripe is counted by its ways, and nothing of it here.
            if ways and (named == CARD) is not (method is not None):
                continue
            key = currency, method or named
            found[key] = found.get(key, 0) + gone - come
    order = [CARD, *ways, *(method for method in KINDS if method != CARD), OTHER]
    return [
        (method, Money(found[currency, method], currency))
        for currency, method in sorted(found, key=lambda each: (each[0], order.index(each[1])))
    ]


def known(method: str) -> bool:
    """Whether lines can be asked for by this method."""
    return method in KINDS or method in _ways()


def narrowed(wanted: JournalFilter, method: str) -> JournalFilter:
    """The wanted transfers that came by one method, or took back what had; all of them for a word that is none."""
    return _narrowed(wanted, method, () if method in KINDS else _ways())


def _narrowed(wanted: JournalFilter, method: str, ways: Sequence[str]) -> JournalFilter:
    if method == CARD:
        return replace(wanted, kinds=KINDS[CARD], only=~_paid_by(_D.c.paid_by.is_not(None)))
    if method in KINDS:
        return replace(wanted, kinds=KINDS[method])
    if method in ways:
        return replace(wanted, kinds=KINDS[CARD], only=_paid_by(_D.c.paid_by == method))
    return wanted


def _paid_by(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """That an entry is about a gift of which this is true."""
    mine = _D.c.reference == func.substr(_E.c.subject, len(_ABOUT) + 1)
    return select(_D.c.id).where(mine, condition, _E.c.subject.startswith(_ABOUT)).correlate(_E).exists()


def _ways() -> Sequence[str]:
    """Stripe's words for the ways, other than cards, by which gifts have been paid. There are few, and each is read
    from where it begins in the index: a DISTINCT would read every gift that was paid by one of them."""
    found: list[str] = []
    after = select(func.min(_D.c.paid_by)).where(_D.c.paid_by.is_not(None))
    way = db.session.scalar(after)
    while way is not None:
        found.append(way)
        way = db.session.scalar(after.where(_D.c.paid_by > way))
    return found
