"""What is expected on the bank's statement: Stripe's payouts, what waits in the books, and unidentified money."""

from datetime import date, timedelta

from sqlalchemy import case, func, select

from app import clock
from app.bank import booking
from app.bank.account import BankAccount
from app.bank.booking import CLAIMED, EXPECTED, RETURNED, UNIDENTIFIED, BankMatch
from app.bank.matching import ENTRY, PAYOUT, PAYOUT_BACK, Expected
from app.bank.matching import UNIDENTIFIED as UNIDENTIFIED_MONEY
from app.bank.statement import BankLine
from app.database import db
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.offline import expected
from app.payments.payout import Payout
from app.reconciliation.bank import sums
from app.subject import Subject

# A bank may send a payout back for a while after it arrived (docs.stripe.com/payouts, "Failed payouts").
_COMES_BACK = timedelta(days=60)
# How far back an entry by hand may be what a line is.
_BY_HAND = timedelta(days=180)


def items(account: BankAccount | None = None) -> list[Expected]:
    """Everything that a line may be, of this account where it is given, in a fixed number of queries however much
    there is."""
    return [*payouts(), *expected.at_the_bank(), *unidentified(), *(entries(account) if account is not None else [])]


def entries(account: BankAccount) -> list[Expected]:
    """What is in the books already and on no line of the account's statement: entered by hand, such as a charge, or
    money moved between two accounts, each of which has a line of its own for the one entry."""
    today = clock.today()
    return [
        Expected(Subject("entry", each.entry_id), ENTRY, each.amount, each.booked_on, "", reference=each.memo)
        for each in sums.off_statement(account, today - _BY_HAND, today)
        if each.amount.minor
    ]


def payouts() -> list[Expected]:
    """Payouts that have left Stripe and are not on a statement yet, and those that arrived lately and may come back.

    What Stripe has moved counts from its own entries, what the bank has shown from the matches; a payout of which
    both agree is level.
    """
    on_its_way, shown = _moved_by_stripe(), _shown_by_bank()
    when = {
        Subject("payout", each.payout_id): clock.local_day(each.arrives_at)
        for each in db.session.scalars(
            select(Payout).where(Payout.payout_id.in_([subject.reference for subject, _ in on_its_way]))
        )
    }
    found = []
    for (subject, currency), (minor, since) in on_its_way.items():
        left = minor - shown.get(subject, (0, since))[0]
        day = when.get(subject, since)
        code = f"assets:in-transit:{currency}"
        if left:
            found.append(Expected(subject, PAYOUT, Money(left, currency), day, code, payer="Stripe"))
        elif minor > 0 and day > clock.today() - _COMES_BACK:
            found.append(Expected(subject, PAYOUT_BACK, Money(-minor, currency), day, code, payer="Stripe"))
    return sorted(found, key=lambda each: (each.since, each.subject))


def in_transit() -> dict[str, tuple[Money, date]]:
    """By currency, what has left Stripe for the bank and is on no statement yet, and since when the oldest of it."""
    shown = _shown_by_bank()
    found: dict[str, tuple[Money, date]] = {}
    for (subject, currency), (minor, since) in _moved_by_stripe().items():
        left = minor - shown.get(subject, (0, since))[0]
        if left:
            before, oldest = found.get(currency, (Money(0, currency), since))
            found[currency] = before + Money(left, currency), min(oldest, since)
    return dict(sorted(found.items()))


def _moved_by_stripe() -> dict[tuple[Subject, str], tuple[int, date]]:
    """Each payout's sum on the way to the bank by Stripe's entries, and the day of the first, where a statement has
    yet to show it or has shown it lately."""
    # What comes to the account is on its way; what leaves it has come back to Stripe.
    sign = case((Account.id == Transfer.to_account_id, 1), else_=-1)
    rows = db.session.execute(
        select(
            Entry.subject,
            Account.currency,
            func.sum(Transfer.amount_minor * sign).label("minor"),
            func.min(Entry.booked_on).label("since"),
        )
        .join(Transfer, Transfer.entry_id == Entry.id)
        .join(Account, (Account.id == Transfer.to_account_id) | (Account.id == Transfer.from_account_id))
        .where(Account.code.like("assets:in-transit:%"), Entry.source.like("stripe:%"))
        .group_by(Entry.subject, Account.currency)
    )
    return {(row.subject, row.currency): (int(row.minor), row.since) for row in rows}


def _shown_by_bank() -> dict[str, tuple[int, date]]:
    rows = db.session.execute(
        select(BankMatch.subject, func.sum(BankMatch.amount_minor).label("minor"), func.max(BankLine.day).label("day"))
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .where(BankMatch.kind == EXPECTED, Subject.all_of("payout", BankMatch.subject), BankMatch.undone_by.is_(None))
        .group_by(BankMatch.subject)
    )
    return {row.subject: (int(row.minor), row.day) for row in rows}


def unidentified() -> list[Expected]:
    """Money that came in, that nobody could say anything about, and that is neither claimed nor returned yet: as what
    may be sent back, oldest first."""
    taken = (
        select(BankMatch.subject, func.sum(BankMatch.amount_minor).label("minor"))
        .where(BankMatch.kind.in_((CLAIMED, RETURNED)), BankMatch.undone_by.is_(None))
        .group_by(BankMatch.subject)
        .subquery()
    )
    rows = db.session.execute(
        select(BankLine, BankMatch.subject, (BankMatch.amount_minor + func.coalesce(taken.c.minor, 0)).label("left"))
        .join(BankMatch, BankMatch.line_id == BankLine.id)
        .outerjoin(taken, taken.c.subject == BankMatch.subject)
        .where(BankMatch.kind == UNIDENTIFIED, BankMatch.undone_by.is_(None))
        .order_by(BankLine.day, BankLine.id)
    )
    return [
        Expected(
            row.subject,
            UNIDENTIFIED_MONEY,
            Money(-int(row.left), row.BankLine.currency),
            row.BankLine.day,
            f"liabilities:unidentified:{row.BankLine.currency}",
            row.BankLine.payer,
            row.BankLine.details,
        )
        for row in rows
        if row.left
    ]


def waits(line: BankLine) -> Money | None:
    """How much of a line is money of an unknown giver that is neither claimed nor returned yet; nothing where none
    is."""
    found = [-each.amount for each in unidentified() if each.subject == booking.subject_of(line)]
    return found[0] if found else None
