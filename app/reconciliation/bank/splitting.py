"""Splitting a line of the bank's statement into parts that a person names; each has an entry of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.appeals.appeal import Appeal
from app.bank import bill, booking
from app.bank.booking import BILL, GIFT, INCOME
from app.bank.statement import BankLine
from app.donations.donation import BANK_TRANSFER
from app.ledger import posting
from app.money import Money
from app.offline import gifts as offline_gifts
from app.reconciliation.bank import bills
from app.reconciliation.bank.confirming import DoesNotFit, WrongWay
from app.subject import Subject


@dataclass(frozen=True, slots=True)
class GiftPart:
    """A part that is a gift to an appeal, by whom as far as known. The amount has no sign."""

    amount: Money
    appeal: Appeal
    payer: str = ""


@dataclass(frozen=True, slots=True)
class IncomePart:
    """A part that is income which no appeal raised: the code of an income account, or the name of a `new` one."""

    amount: Money
    account: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class BillPart:
    """A part that paid a bill: the code of an expense account, or the name of a `new` one. The amount has no sign."""

    amount: Money
    account: str
    payee: str = ""
    voucher: str = ""
    new: bool = False


Part = GiftPart | IncomePart | BillPart


def book(reference: str, parts: Sequence[Part], by: str) -> None:
    """Book a line as parts that add up to it to the penny, all or none; they are undone together. The caller commits.

    Raises `booking.BookedAlready`, `WrongWay`, `DoesNotFit`, `by_hand.NotYet`, or `LookupError`.
    """
    (line,) = booking.lock([reference])
    if any(isinstance(each, BillPart) != (line.amount_minor < 0) for each in parts):
        raise WrongWay("a bill is money that went out; a gift and other income are money that came in")
    if any(each.amount.currency != line.currency or each.amount.minor <= 0 for each in parts):
        raise DoesNotFit("a part is an amount greater than nothing in the line's currency")
    if len(parts) < 2 or sum(each.amount.minor for each in parts) != abs(line.amount_minor):
        raise DoesNotFit("a line is split into two parts or more, which add up to it")
    # All sources are made before the line counts as booked: the sources of its next booking differ.
    sources = [booking.part_source(line, number) for number in range(1, len(parts) + 1)]
    found = [_post(line, each, source, by) for each, source in zip(parts, sources, strict=True)]
    # The line stands in the books from its first part on; each part's match names the entry of its own.
    (first, kind, subject, amount), *further = found
    booking.note(line, first, kind, [(subject, amount)], by)
    for entry_id, kind_of_part, about, worth in further:
        booking.add_matches(line, entry_id, kind_of_part, [(about, worth)], by)


def _post(line: BankLine, part: Part, source: str, by: str) -> tuple[int, str, Subject, Money]:
    """Post a part: its entry, its kind, what it is about, and its amount, signed like the line's."""
    subject = booking.subject_of(line)
    match part:
        case GiftPart():
            if part.appeal.currency != line.currency:
                raise DoesNotFit("the appeal is in another currency")
            donation = offline_gifts.receive(
                part.appeal, part.amount, line.day, source, method=BANK_TRANSFER,
                payer_name=part.payer or None, branch_id=None, what=line.details[:200], by=by,
                held=booking.bank_of(line),
            )  # fmt: skip
            entry_id = posting.find(source)
            assert entry_id is not None  # noqa: S101 - receive() has posted it
            return entry_id, GIFT, Subject("donation", donation.reference), part.amount
        case IncomePart():
            income = bills.income_account(part.account, line.currency, new=part.new)
            entry_id = booking.post(
                line, [(subject, income, part.amount)], kind="other-income", memo="other income", by=by, source=source
            )
            return entry_id, INCOME, subject, part.amount
        case BillPart():
            expense = bills.expense_account(part.account, line.currency, new=part.new)
            entry_id = booking.post(
                line, [(subject, expense, -part.amount)], kind="bill", memo="bill paid", by=by, source=source
            )
            bill.keep(entry_id, part.payee, part.voucher)
            return entry_id, BILL, subject, -part.amount
