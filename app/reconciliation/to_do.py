"""What needs the treasurer today, found by queries that stay quick however large the books are.

What only a comparison of the whole books with Stripe shows is not looked for here; the nightly statement does that.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from app.database import db
from app.donations import disputes
from app.donations.disputes import Dispute
from app.offline import lists
from app.offline.lists import ToPayIn
from app.payments.payout import FAILED, ON_ITS_WAY, PAID, Payout
from app.receipts import handing_over
from app.reconciliation.exceptions import acknowledged, bank, finding

_MOST = 500
# These have a line of their own on the front page.
_APART = ("dispute", "bank line", "unbanked cash")


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for somebody: exceptions by kind, how many of each (at most 500), disputes with their dates, lines of
    the bank and payouts that are not reconciled, cash and cheques to pay in, and those that no statement shows yet;
    receipts on paper to hand over or post."""

    exceptions: dict[str, int]
    disputes: list[Dispute]
    bank_lines: int
    payouts: int
    cash: list[ToPayIn]
    cheques: list[ToPayIn]
    cash_paid_in: list[ToPayIn]
    cheques_paid_in: list[ToPayIn]
    papers: int

    def __bool__(self) -> bool:
        """Whether anything waits at all."""
        at_hand = (self.cash, self.cheques, self.cash_paid_in, self.cheques_paid_in)
        return any((self.exceptions, self.disputes, self.bank_lines, self.payouts, self.papers, *at_hand))


def of_the_organisation() -> ToDo:
    """All that waits, for whoever keeps the books."""
    waiting, stand = acknowledged.apart(finding.find_quickly(_MOST))
    found = Counter(each.kind for each in waiting)
    let_stand = {each.found.reference for each in stand if each.found.kind == "dispute"}
    return ToDo(
        exceptions={kind: number for kind, number in found.items() if kind not in _APART},
        disputes=[each for each in disputes.open_ones(_MOST) if each.dispute_id not in let_stand],
        bank_lines=bank.open_lines(),
        payouts=_payouts(),
        papers=len(handing_over.at_hand(_MOST)),
        **_at_hand(None),
    )


def of_a_branch(branch_id: int) -> ToDo:
    """What waits in one branch: its cash and cheques. The rest is the organisation's treasurer's."""
    return ToDo(exceptions={}, disputes=[], bank_lines=0, payouts=0, papers=0, **_at_hand(branch_id))


def _at_hand(branch_id: int | None) -> dict[str, list[ToPayIn]]:
    """What is to be paid in, and what went to the bank and waits for the statement."""
    return {
        "cash": lists.cash_at_hand(branch_id, paid_in=False),
        "cheques": lists.cheques_at_hand(branch_id, paid_in=False),
        "cash_paid_in": lists.cash_at_hand(branch_id, paid_in=True),
        "cheques_paid_in": lists.cheques_at_hand(branch_id, paid_in=True),
    }


def _payouts() -> int:
    """How many automatic payouts have left and are not yet explained by their parts."""
    left = Payout.status.in_((ON_ITS_WAY, PAID, FAILED))
    waits = Payout.automatic & Payout.reconciled_at.is_(None) & left
    return db.session.scalar(select(func.count()).select_from(Payout).where(waits)) or 0
