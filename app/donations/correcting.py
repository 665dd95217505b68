"""Correcting: when what is kept of a gift changes, its receipt is made void or replaced, in the same transaction."""

from sqlalchemy import delete, select

from app.donations import kept
from app.donations.donation import CARD, Donation
from app.extensions import db
from app.ledger import erasure
from app.receipts import register
from app.receipts.facts import thawed
from app.receipts.receipt import DUE, ISSUED, REPLACED, VOID, Receipt


def correct(charge_id: str) -> None:
    """Bring the receipts of the gift that a charge paid in line with what the books keep of it. Doing it again changes
    nothing; the caller, who has just booked what moved, commits.

    Nothing kept: the receipt is *void*, or dropped while it is only due. Another amount than the receipt states: it is
    *replaced*, and a new one is due; so it is too when a refund fails after all. A receipt that is due needs nothing,
    because it will be drafted with what is kept by then.
    """
    donation = db.session.scalars(select(Donation).where(Donation.charge_id == charge_id)).one_or_none()
    if donation is not None:
        correct_gift(donation)


def correct_gift(donation: Donation) -> None:
    """The same for a gift of any kind; one that came by hand gets a receipt only where one was asked for."""
    subject = f"donation:{donation.reference}"
    line = register.receipts_of(subject)
    amount = kept.of(donation)
    # Whoever was forgotten gets no new receipt; one that is no longer true is void.
    forgotten = bool(erasure.erased("donation", [donation.id]))
    if amount.minor <= 0 or (forgotten and line and not _states(line[-1], amount.minor)):
        _withdraw(line)
    elif line and line[-1].state != DUE and not _states(line[-1], amount.minor):
        if line[-1].state == ISSUED:
            line[-1].state = REPLACED
        register.request(register.subject(subject, len(line) + 1), on_paper=line[-1].on_paper)
    elif not line and donation.method == CARD and not forgotten:
        register.request(subject)
    db.session.flush()


def _withdraw(line: list[Receipt]) -> None:
    """Drop the receipt that is due; the last that was issued counts no more, and nothing stands in its place."""
    for due in [each for each in line if each.state == DUE]:
        db.session.execute(delete(Receipt).where(Receipt.id == due.id))
        db.session.expunge(due)
        line.remove(due)
    if line:
        line[-1].state = VOID


def _states(receipt: Receipt, minor: int) -> bool:
    """Whether a receipt is issued over exactly this amount."""
    return receipt.state == ISSUED and thawed(receipt.facts or "").amount_minor == minor
