"""A gift that its giver gets back from the bank account: the line names the gift, which is then less."""

from typing import TypeVarTuple

from sqlalchemy import Select, select

from app.bank import booking
from app.bank.booking import PAID_BACK
from app.bank.statement import BankLine
from app.database import db
from app.donations import paid_back, refunds
from app.donations.donation import RECEIVED, Donation
from app.money import Money
from app.reconciliation.bank.confirming import WrongWay
from app.subject import Subject

# So many gifts can be looked through in a list; any other is named by its reference.
_OFFERED = 20
# So many of the last gifts are looked through for larger ones.
_LOOKED_THROUGH = 2000

_Row = TypeVarTuple("_Row")


def offered(line: BankLine, *, in_part: bool = False) -> list[Donation]:
    """Gifts that a line of money out, or with `in_part` a part of it, may be paying back: those of which so much is
    kept, first those whose giver the line names, then those of exactly this amount, the latest first. Of other amounts
    only the last gifts are looked through."""
    if line.amount_minor > 0:
        return []
    least = 1 if in_part else -line.amount_minor
    wanted = (
        (Donation.state == RECEIVED) & (Donation.currency == line.currency) & Donation.received_at.is_not(None),
        refunds.net_minor() >= least,
    )
    exact = _latest(select(Donation).where(*wanted, Donation.amount_minor == -line.amount_minor), _OFFERED)
    lately = _latest(select(Donation.id).where(Donation.received_at.is_not(None)), _LOOKED_THROUGH).subquery()
    other = select(Donation).where(
        *wanted, Donation.amount_minor != -line.amount_minor, Donation.id.in_(select(lately.c.id))
    )
    found = [*db.session.scalars(exact), *db.session.scalars(_latest(other, _OFFERED))][:_OFFERED]
    said = line.said.casefold()
    return sorted(found, key=lambda each: not (each.name and each.name.casefold() in said))


def _latest(gifts: Select[*_Row], most: int) -> Select[*_Row]:
    return gifts.order_by(Donation.received_at.desc(), Donation.id.desc()).limit(most)


def book(reference: str, gift: str, by: str) -> None:
    """Book a line as money that went back to the giver of a gift (its reference), in whole or in part. The caller
    commits. Raises `booking.BookedAlready`, `WrongWay`, `paid_back.NothingToPayBack`, `paid_back.PaidBackTooMuch`, or
    `LookupError`."""
    (line,) = booking.lock([reference])
    entry_id, subject = post(line, line.amount, gift, booking.source_of(line), by=by)
    booking.note(line, entry_id, PAID_BACK, [(subject, line.amount)], by)


def post(line: BankLine, amount: Money, gift: str, source: str, *, by: str) -> tuple[int, Subject]:
    """Post the entry for a line, or a part of one (its signed amount), that is a gift (its reference) paid back, and
    note that on the gift; the match is for the caller to note. Raises what `book` raises."""
    if amount.minor > 0:
        raise WrongWay("money that came in pays nothing back")
    donation = paid_back.locked(gift)
    account = paid_back.account_for(donation, -amount)
    subject = Subject("donation", donation.reference)
    parts, memo = [(subject, account, amount)], "gift paid back by bank"
    entry_id = booking.post(line, parts, kind=paid_back.KIND, memo=memo, by=by, source=source)
    paid_back.note(donation, -amount, entry_id)
    return entry_id, subject
