"""Counted and banked differ: the bank counted another sum of cash than the people of the collection.

What was counted stays counted, and the appeal keeps it. The difference is an expense of its own, or comes off it, and
is said with a reason by two people.
"""

from collections.abc import Sequence

from app.bank import booking, matching
from app.bank.account import BankAccount
from app.bank.booking import EXPECTED, SPENDING
from app.bank.matching import Expected
from app.database import db
from app.errors import DomainError
from app.money import Money
from app.offline import expected
from app.reconciliation.bank import expected as bank_expected
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected
from app.subject import Subject

LONGEST_REASON, LONGEST_NAME = 500, 120


class NotTwoPeople(DomainError):
    """A difference is said with a reason by two people who are not the same."""


def items(account: BankAccount) -> list[Expected]:
    """The cash and the cheques that were paid in and wait for the bank's line."""
    return [each for each in bank_expected.items(account) if each.what in (matching.CASH, matching.CHEQUE)]


def confirm(reference: str, keys: Sequence[str], *, reason: str, names: tuple[str, str], by: str) -> Money:
    """Book a line as what was paid in under these keys (`Expected.key`), cash among it, although the sums differ;
    returns the difference: negative when the bank has less than was counted. The caller commits, and writes reason
    and names on the audit trail: they may name people, so the books do not have them. Raises `NotTwoPeople`,
    `NotExpected`, `DoesNotFit` when the sums are the same, without cash or when more is missing than there was cash,
    `booking.BookedAlready` or `LookupError`.
    """
    first, second = (" ".join(each.split()) for each in names)
    if not 0 < len(reason) <= LONGEST_REASON or not first or not second or first.casefold() == second.casefold():
        raise NotTwoPeople("a difference is said with a reason by two people")
    (line,) = booking.lock([reference])
    expected.hold(map(Expected.subject_in, keys))
    known = {each.key: each for each in items(db.session.get_one(BankAccount, line.account_id))}
    if not keys or any(key not in known for key in keys) or len(set(keys)) != len(keys):
        raise NotExpected("this is not expected any more")
    chosen = [known[key] for key in keys]
    if line.amount_minor <= 0 or any(each.amount.currency != line.currency for each in chosen):
        raise DoesNotFit("cash comes in, in the currency of the account")
    difference = line.amount - sum((each.amount for each in chosen), Money(0, line.currency))
    cash = sum((each.amount for each in chosen if each.what == matching.CASH), Money(0, line.currency))
    if not difference.minor or not cash.minor or -difference.minor >= cash.minor:
        raise DoesNotFit("the difference must be one of the cash")
    subject = Subject("cash-difference", line.reference)
    parts = [(each.subject, each.account_code, each.amount) for each in chosen]
    entry_id = booking.post(
        line,
        [*parts, (subject, "expenses:cash-differences", difference)],
        kind="banked",
        memo="paid in at the bank, which counted another sum",
        by=by,
    )
    for each in chosen:
        expected.arrived(each.subject, booking.source_of(line), line.day)
    booking.note(line, entry_id, EXPECTED, [(each.subject, each.amount) for each in chosen], by)
    booking.add_matches(line, entry_id, SPENDING, [(subject, difference)], by)
    return difference
