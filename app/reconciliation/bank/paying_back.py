"""A gift that its giver gets back from the bank account: the line names the gift, which is then less."""

from sqlalchemy import select

from app.bank import booking
from app.bank.booking import PAID_BACK
from app.bank.statement import BankLine
from app.donations import net_amount, paid_back
from app.donations.donation import RECEIVED, Donation
from app.extensions import db
from app.reconciliation.bank.confirming import WrongWay
from app.subject import Subject

# So many gifts can be looked through in a list; any other is named by its reference.
_OFFERED = 20


def offered(line: BankLine) -> list[Donation]:
    """Gifts that a line of money out may be paying back: those of which so much is kept, first those whose giver the
    line names, then those of exactly this amount, the latest first."""
    if line.amount_minor > 0:
        return []
    wanted = (Donation.state == RECEIVED) & (Donation.currency == line.currency)
    exact = Donation.amount_minor == -line.amount_minor
    found = db.session.scalars(
        select(Donation)
        .where(wanted, Donation.received_at.is_not(None), net_amount.minor() >= -line.amount_minor)
        .order_by(exact.desc(), Donation.received_at.desc(), Donation.id.desc())
        .limit(_OFFERED)
    ).all()
    said = line.said.casefold()
    return sorted(found, key=lambda each: not (each.name and each.name.casefold() in said))


def book(reference: str, gift: str, by: str) -> None:
    """Book a line as money that went back to the giver of a gift (its reference), in whole or in part. The caller
    commits. Raises `booking.BookedAlready`, `WrongWay`, `paid_back.NothingToPayBack`, `paid_back.PaidBackTooMuch`, or
    `LookupError`."""
    (line,) = booking.lock([reference])
    if line.amount_minor > 0:
        raise WrongWay("money that came in pays nothing back")
    donation = paid_back.locked(gift)
    account = paid_back.account_for(donation, -line.amount)
    subject = Subject("donation", donation.reference)
    entry_id = booking.post(
        line, [(subject, account, line.amount)], kind=paid_back.KIND, memo="gift paid back by bank", by=by
    )
    booking.note(line, entry_id, PAID_BACK, [(subject, line.amount)], by)
    paid_back.note(donation, -line.amount, entry_id)
