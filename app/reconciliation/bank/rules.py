"""What a rule for lines like a booked one would suggest: what that line was found to be, and where its money went."""

from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.bank import booking, rule
from app.bank.account import BankAccount
from app.bank.booking import BILL, GIFT, INCOME, TRANSFER
from app.bank.rule import BankRule
from app.bank.statement import BankLine
from app.database import db
from app.donations.donation import Donation
from app.errors import DomainError
from app.ledger.accounts import Account
from app.ledger.entries import Transfer


class NoRule(DomainError):
    """The line is nothing that a rule could suggest for others: not booked, or as something that was expected."""


def suggested_by(line: BankLine) -> tuple[str, str] | None:
    """What a rule made of a booked line would say, its `kind` and `what` (see `BankRule`); nothing where a rule cannot
    say it: the line is several things, something that was expected, or nothing yet."""
    latest = booking.matches_of(line)[-1:]
    if (
        not latest
        or booking.is_in_parts(latest)
        or latest[0].amount_minor != line.amount_minor
        or not rule.folded(line.said)
    ):
        return None
    (match,) = latest
    what: str | None = None
    if match.kind == GIFT:
        subject = match.subject
        to = select(Appeal.reference).join(Donation, Donation.appeal_id == Appeal.id)
        what = db.session.scalar(to.where(Donation.reference == subject.reference))
    elif match.kind in (BILL, INCOME, TRANSFER):
        other = _other_end(line, match.entry_id)
        what = other.code if other is not None else None
        if other is not None and match.kind == TRANSFER:
            ours = select(BankAccount.reference).where(BankAccount.ledger_account_id == other.id)
            what = db.session.scalar(ours)
    return (match.kind, what) if what is not None else None


def always(line: BankLine, by: str) -> BankRule:
    """Suggest what this line is for lines like it from now on; the caller commits. Raises `NoRule`."""
    said = suggested_by(line)
    if said is None:
        raise NoRule("a rule cannot suggest what this line is")
    return rule.make(line, *said, by)


def _other_end(line: BankLine, entry_id: int) -> Account | None:
    """The account at the other end of the one transfer of a line's entry."""
    transfers = db.session.scalars(select(Transfer).where(Transfer.entry_id == entry_id)).all()
    bank = db.session.get_one(BankAccount, line.account_id).ledger_account_id
    ends = {end for each in transfers for end in (each.from_account_id, each.to_account_id)} - {bank}
    return db.session.get(Account, ends.pop()) if len(ends) == 1 else None
