"""Needing: what needs the treasurer today, found by queries that stay quick however large the books are.

What only a comparison of the whole books with Stripe shows is not looked for here; the nightly statement does that.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from app.donations import dispute_kept, hand_lists
from app.donations.dispute_kept import KeptDispute
from app.donations.hand_lists import AtHand
from app.extensions import db
from app.payments.payout import FAILED, ON_ITS_WAY, PAID, KeptPayout
from app.proof import bank_exceptions, exceptions

_MOST = 500
# These have a line of their own on the front page.
_APART = ("dispute", "bank line", "unbanked cash")


@dataclass(frozen=True, slots=True)
class Needing:
    """What waits for somebody: exceptions by kind, how many of each (at most 500), disputes with their dates, lines of
    the bank and payouts that are not reconciled, cash and cheques that are not at the bank."""

    exceptions: dict[str, int]
    disputes: list[KeptDispute]
    bank_lines: int
    payouts: int
    cash: list[AtHand]
    cheques: list[AtHand]

    def __bool__(self) -> bool:
        """Whether anything waits at all."""
        return any((self.exceptions, self.disputes, self.bank_lines, self.payouts, self.cash, self.cheques))


def of_the_house() -> Needing:
    """All that waits, for whoever keeps the books."""
    found = Counter(each.kind for each in exceptions.find_quickly(_MOST))
    return Needing(
        exceptions={kind: number for kind, number in found.items() if kind not in _APART},
        disputes=dispute_kept.open_ones(_MOST),
        bank_lines=bank_exceptions.open_lines(),
        payouts=_payouts(),
        cash=hand_lists.cash_at_hand(None),
        cheques=hand_lists.cheques_at_hand(None),
    )


def of_a_branch(branch_id: int) -> Needing:
    """What waits in one branch: its cash and cheques. The rest is the treasurer's of the house."""
    return Needing({}, [], 0, 0, hand_lists.cash_at_hand(branch_id), hand_lists.cheques_at_hand(branch_id))


def _payouts() -> int:
    """How many automatic payouts have left and are not yet explained by their parts."""
    left = KeptPayout.status.in_((ON_ITS_WAY, PAID, FAILED))
    waits = KeptPayout.automatic & KeptPayout.reconciled_at.is_(None) & left
    return db.session.scalar(select(func.count()).select_from(KeptPayout).where(waits)) or 0
