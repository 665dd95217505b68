"""Gifts that only a line of the bank's statement makes known: at once, or after the money was put aside."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.bank import booking, part
from app.bank.booking import CLAIMED, GIFT
from app.bank.statement import BankLine
from app.donations.donation import BANK_TRANSFER
from app.extensions import db
from app.ledger import accounts, posting
from app.money import Money
from app.offline import gifts as offline_gifts
from app.proof import bank_expected
from app.proof.bank_refusals import DoesNotFit, NotExpected, WrongWay


def receive(reference: str, appeal: Appeal, by: str, *, payer: str = "", branch_id: int | None = None) -> None:
    """Book a line as a gift to an appeal that nobody expected. The caller commits. Raises `booking.BookedAlready`,
    `WrongWay`, `DoesNotFit` for an appeal in another currency, or `LookupError`."""
    (line,) = booking.lock([reference])
    if line.amount_minor < 0:
        raise WrongWay("money that went out is no gift")
    source = booking.source_of(line)
    donation = offline_gifts.receive(
        _fitting(appeal, line), line.amount, line.day, source, method=BANK_TRANSFER,
        payer_name=payer or line.payer or None, branch_id=branch_id, what=line.details[:200], by=by,
        held=booking.bank_of(line),
    )  # fmt: skip
    entry_id = posting.find(source)
    assert entry_id is not None  # noqa: S101 - receive() has posted it
    booking.note(line, entry_id, GIFT, [(f"donation:{donation.reference}", line.amount)], by)


@dataclass(frozen=True, slots=True)
class PartGift:
    """What a part of a line (its number) is: a gift to an appeal, by whom as far as known."""

    number: int
    appeal: Appeal
    payer: str = ""


def receive_parts(reference: str, gifts: Sequence[PartGift], by: str, *, branch_id: int | None = None) -> None:
    """Book a line that the bank made of several payments as as many gifts, each with a name and an entry of its own.
    The caller commits. Raises `booking.BookedAlready`, `WrongWay`, `DoesNotFit` unless every part is one of the gifts,
    or `LookupError`."""
    (line,) = booking.lock([reference])
    parts = {each.number: each for each in part.parts_of(line)}
    if sorted(each.number for each in gifts) != sorted(parts) or not parts:
        raise DoesNotFit("every part of the line is one gift")
    if any(each.amount_minor < 0 for each in parts.values()):
        raise WrongWay("money that went out is no gift")
    source_of = {each.number: booking.part_source(line, each.number) for each in gifts}
    found: list[tuple[int, str, Money]] = []
    for gift in gifts:
        own = parts[gift.number]
        amount = part.amount_of(own, line)
        donation = offline_gifts.receive(
            _fitting(gift.appeal, line), amount, line.day, source_of[gift.number], method=BANK_TRANSFER,
            payer_name=gift.payer or own.payer or None, branch_id=branch_id, what=own.details[:200], by=by,
            held=booking.bank_of(line),
        )  # fmt: skip
        entry_id = posting.find(source_of[gift.number])
        assert entry_id is not None  # noqa: S101 - receive() has posted it
        found.append((entry_id, f"donation:{donation.reference}", amount))
    # The line stands in the books from its first part on; each part's match names the entry of its own.
    first, *further = found
    booking.note(line, first[0], GIFT, [first[1:]], by)
    for entry_id, subject, amount in further:
        booking.add_matches(line, entry_id, GIFT, [(subject, amount)], by)


def claim(reference: str, appeal: Appeal, by: str, *, payer: str = "", branch_id: int | None = None) -> None:
    """Make money that was put aside a gift to an appeal, now that it is known. The caller commits.

    Raises `NotExpected` when it has been claimed or sent back, `DoesNotFit`, or `LookupError`.
    """
    booking.one_at_a_time()
    line = db.session.scalars(select(BankLine).where(BankLine.reference == reference).with_for_update()).one_or_none()
    if line is None:
        raise LookupError("no such line")
    subject = booking.subject_of(line)
    waiting = {each.subject for each in bank_expected.aside()}
    if subject not in waiting:
        raise NotExpected("this money does not wait any more")
    before = sum(each.kind == CLAIMED for each in booking.all_matches_of(line))
    source = f"bank:{line.reference}:claimed" + (f":{before + 1}" if before else "")
    unidentified = accounts.house_account("liabilities:unidentified", line.currency)
    donation = offline_gifts.receive(
        _fitting(appeal, line), line.amount, line.day, source, method=BANK_TRANSFER,
        payer_name=payer or line.payer or None, branch_id=branch_id, what=line.details[:200], held=unidentified, by=by,
    )  # fmt: skip
    entry_id = posting.find(source)
    assert entry_id is not None  # noqa: S101 - receive() has posted it
    booking.add_matches(line, entry_id, CLAIMED, [(subject, -line.amount)], by)
    booking.add_matches(line, entry_id, GIFT, [(f"donation:{donation.reference}", line.amount)], by)


def _fitting(appeal: Appeal, line: BankLine) -> Appeal:
    if appeal.currency != line.currency:
        raise DoesNotFit("the appeal is in another currency")
    return appeal
