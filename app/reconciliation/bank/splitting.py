"""Splitting a line of the bank's statement into parts that a person names: whatever a whole line can be, a part can be.

Each part has an entry of its own, or is found in the books; all of them are booked together and undone together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.appeals.appeal import Appeal
from app.bank import bill, booking, matching
from app.bank.account import BankAccount
from app.bank.booking import BILL, CHARGE, GIFT, INCOME, PAID_BACK, TRANSFER, UNIDENTIFIED
from app.bank.matching import Expected, OnStatement
from app.bank.statement import BankLine
from app.database import db
from app.donations.donation import BANK_TRANSFER
from app.ledger import posting
from app.money import Money
from app.offline import expected
from app.offline import gifts as offline_gifts
from app.reconciliation.bank import bills, confirming, own_transfers, paying_back
from app.reconciliation.bank import expected as bank_expected
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected, WrongWay
from app.subject import Subject


@dataclass(frozen=True, slots=True)
class GiftPart:
    """A part that is a gift to an appeal, by whom and through which branch as far as known. `words` are what the bank
    says of this part alone. The amount has no sign, as in every part."""

    amount: Money
    appeal: Appeal
    payer: str = ""
    branch_id: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class IncomePart:
    """A part that is income which no appeal raised: the code of an income account, or the name of a `new` one."""

    amount: Money
    account: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class BillPart:
    """A part that paid a bill: the code of an expense account, or the name of a `new` one."""

    amount: Money
    account: str
    payee: str = ""
    voucher: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedPart:
    """A part that was expected under this key (`Expected.key`), and comes to the same: cash and cheques that were paid
    in, a payout, a promised transfer, a standing order, or what was entered by hand."""

    amount: Money
    key: str


@dataclass(frozen=True, slots=True)
class TransferPart:
    """A part that went to another bank account of ours, or came from there."""

    amount: Money
    other: BankAccount


@dataclass(frozen=True, slots=True)
class PaidBackPart:
    """A part that a giver got back of a gift (its reference)."""

    amount: Money
    gift: str


@dataclass(frozen=True, slots=True)
class OtherPart:
    """A part that nobody expected: interest, unknown money, spending, or a charge of the bank's (the kinds of a match).
    A charge may also have been taken off money that came in: then the other parts come to more than the line."""

    amount: Money
    kind: str


Part = GiftPart | IncomePart | BillPart | ExpectedPart | TransferPart | PaidBackPart | OtherPart

# These go only one way; any other part goes the way of its line.
_COMES_IN = (GiftPart, IncomePart)
_GOES_OUT = (BillPart, PaidBackPart)


def signed(part: Part, line: BankLine) -> Money:
    """What a part adds to the account, or takes off it below nothing."""
    is_charge = isinstance(part, OtherPart) and part.kind == CHARGE
    return -part.amount if is_charge or line.amount_minor < 0 else part.amount


def book(reference: str, parts: Sequence[Part], by: str) -> None:
    """Book a line as parts that add up to it to the penny, all or none; they are undone together. The caller commits.

    Raises `booking.BookedAlready`, `WrongWay`, `DoesNotFit`, `NotExpected`, `by_hand.NotYet`, `in_hand.BelowZero`,
    `paid_back.NothingToPayBack`, `paid_back.PaidBackTooMuch`, or `LookupError`.
    """
    (line,) = booking.lock([reference])
    way = _GOES_OUT if line.amount_minor > 0 else _COMES_IN
    if any(isinstance(each, way) for each in parts):
        raise WrongWay("a bill is money that went out; a gift and other income are money that came in")
    if any(each.amount.currency != line.currency or each.amount.minor <= 0 for each in parts):
        raise DoesNotFit("a part is an amount greater than nothing in the line's currency")
    if len(parts) < 2 or sum(signed(each, line).minor for each in parts) != line.amount_minor:
        raise DoesNotFit("a line is split into two parts or more, which add up to it")
    if sum(isinstance(each, OtherPart) and each.kind == UNIDENTIFIED for each in parts) > 1:
        raise DoesNotFit("unknown money is one part, until somebody knows whose it is")
    waiting = _waiting(line, [each.key for each in parts if isinstance(each, ExpectedPart)])
    # All sources are made before the line counts as booked: the sources of its next booking differ.
    sources = [booking.part_source(line, number) for number in range(1, len(parts) + 1)]
    note = booking.note
    for part, source in zip(parts, sources, strict=True):
        amount = signed(part, line)
        if isinstance(part, ExpectedPart):
            item = waiting[part.key]
            if item.amount != amount:
                raise DoesNotFit("a part that was expected comes to what was expected")
            entry_id, kind = confirming.post_expected(line, [(item, amount)], source, by=by)
            subject = item.subject
        else:
            entry_id, kind, subject = _post(line, part, amount, source, by)
        # The line stands in the books from its first part on; each part's match names the entry of its own.
        note(line, entry_id, kind, [(subject, amount)], by)
        note = booking.add_matches


def alike(line: BankLine, amount: Money, taken: Sequence[str], payer: str = "") -> list[Expected]:
    """What a part of this signed amount may be instead, since it is expected or in the books already: items of the same
    amount near in days, but for those `taken` by other parts (their keys)."""
    said = OnStatement(line.reference, line.day, amount, f"{line.said} {payer}")
    items = bank_expected.items(db.session.get_one(BankAccount, line.account_id))
    found = matching.suggest(said, [each for each in items if each.key not in taken])
    return [each.items[0] for each in found if len(each.items) == 1]


def _waiting(line: BankLine, keys: Sequence[str]) -> dict[str, Expected]:
    """What is expected under these keys, held until the caller's transaction ends. Raises `NotExpected`."""
    if not keys:
        return {}
    expected.hold(Subject.parse(key.partition("|")[2]) for key in keys)
    known = {each.key: each for each in bank_expected.items(db.session.get_one(BankAccount, line.account_id))}
    if any(key not in known for key in keys) or len(set(keys)) != len(keys):
        raise NotExpected("this is not expected any more")
    return {key: known[key] for key in keys}


def _post(line: BankLine, part: Part, amount: Money, source: str, by: str) -> tuple[int, str, Subject]:
    """Post a part that was not expected: its entry, the kind of its match, and what it is about."""
    subject = booking.subject_of(line)
    match part:
        case GiftPart():
            if part.appeal.currency != line.currency:
                raise DoesNotFit("the appeal is in another currency")
            donation = offline_gifts.receive(
                part.appeal,
                amount,
                line.day,
                source,
                method=BANK_TRANSFER,
                payer_name=part.payer or None,
                branch_id=part.branch_id,
                what=(part.words or line.details)[:200],
                by=by,
                held=booking.bank_of(line),
            )
            entry_id = posting.find(source)
            assert entry_id is not None  # noqa: S101 - receive() has posted it
            return entry_id, GIFT, Subject("donation", donation.reference)
        case IncomePart():
            to = [(subject, bills.income_account(part.account, line.currency, new=part.new), amount)]
            entry_id = booking.post(line, to, kind="other-income", memo="other income", by=by, source=source)
            return entry_id, INCOME, subject
        case BillPart():
            to = [(subject, bills.expense_account(part.account, line.currency, new=part.new), amount)]
            entry_id = booking.post(line, to, kind="bill", memo="bill paid", by=by, source=source)
            bill.keep(entry_id, part.payee, part.voucher)
            return entry_id, BILL, subject
        case TransferPart():
            entry_id, subject = own_transfers.post(line, amount, part.other, source, by=by)
            return entry_id, TRANSFER, subject
        case PaidBackPart():
            entry_id, subject = paying_back.post(line, amount, part.gift, source, by=by)
            return entry_id, PAID_BACK, subject
        case OtherPart():
            return confirming.post_otherwise(line, amount, part.kind, source, by=by), part.kind, subject
        case ExpectedPart():  # pragma: no cover - posted by what is expected
            raise AssertionError
