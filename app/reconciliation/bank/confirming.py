"""Confirming what a line of the bank's statement is: a person says so, and one entry is posted.

What was expected is looked up afresh, so that a suggestion that has become stale books nothing.

Gifts that only a line of the bank's statement makes known: at once, or after it was booked as unidentified.

Undoing a confirmation: its entry is reversed, and what it was taken for waits again.

Why a line of the bank's statement cannot be what somebody says it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.bank import booking, matching, part
from app.bank.account import BankAccount
from app.bank.booking import (
    CHARGE,
    CLAIMED,
    EXPECTED,
    GIFT,
    INTEREST,
    PAID_BACK,
    RETURNED,
    SPENDING,
    UNIDENTIFIED,
    BankMatch,
)
from app.bank.matching import Expected
from app.bank.statement import BankLine
from app.database import db, read_locked
from app.donations import paid_back
from app.donations.donation import BANK_TRANSFER
from app.errors import DomainError
from app.ledger import posting
from app.ledger.entries import Entry
from app.money import Money
from app.offline import corrections, expected
from app.offline import gifts as offline_gifts
from app.reconciliation.bank import expected as bank_expected
from app.subject import Subject


class NotExpected(DomainError):
    """What the line was to be is not expected any more: somebody has confirmed another line as it, or undone it."""


class DoesNotFit(DomainError):
    """The amounts of the lines and of what they are to be differ."""


class WrongWay(DomainError):
    """Money that came in cannot be spending, and money that went out cannot be a gift."""


# What a line may be that nobody expected: the account at its other end, the entry's kind, its memo, and whether it is
# money in or out.
_OTHERWISE = {
    UNIDENTIFIED: ("liabilities:unidentified", "unidentified", "money of an unknown giver", 1),
    INTEREST: ("income:interest", "interest", "interest from the bank", 1),
    CHARGE: ("expenses:bank-charges", "bank-charge", "the bank's charge", -1),
    SPENDING: ("expenses:other", "spending", "paid from the bank", -1),
}


# What was promised becomes a gift by the line that shows it.
_BECOMES_A_GIFT = (matching.ORDER, matching.TRANSFER)
# What is never one line together with something else, nor one thing in several lines.
_BY_ITSELF = (*_BECOMES_A_GIFT, matching.ENTRY)


def confirm(references: Sequence[str], keys: Sequence[str], by: str) -> None:
    """Book lines as what was expected under these keys (`Expected.key`): one line as one item or as several, or several
    lines as one. The caller commits. Raises `booking.BookedAlready`, `NotExpected`, `DoesNotFit`,
    `by_hand.NotYet` or `LookupError`."""
    lines = booking.lock(references)
    # A cheque that bounces while its line is confirmed would leave the appeal twice.
    expected.hold(map(Expected.subject_in, keys))
    account = db.session.get_one(BankAccount, lines[0].account_id)
    known = {each.key: each for each in bank_expected.items(account)}
    if not keys or any(key not in known for key in keys) or len(set(keys)) != len(keys):
        raise NotExpected("this is not expected any more")
    items = [known[key] for key in keys]
    if (len(lines) > 1 and len(items) > 1) or sum(line.amount_minor for line in lines) != sum(
        each.amount.minor for each in items
    ):
        raise DoesNotFit("the amounts differ")
    if len(lines) + len(items) > 2 and any(each.what in _BY_ITSELF for each in items):
        raise DoesNotFit("a standing order, a transfer, and an entry that was made by hand, is a line of its own")
    if len({each.what == matching.UNIDENTIFIED for each in items}) > 1:
        raise DoesNotFit("money of an unknown giver goes back by a line of its own")
    for line in lines:
        parts = [(each, each.amount if len(lines) == 1 else line.amount) for each in items]
        if any(each.currency != line.currency for _, each in parts):
            raise DoesNotFit("the currencies differ")
        source, last = booking.source_of(line), line is lines[-1]
        entry_id, kind = post_expected(line, parts, source, arrives=last, by=by)
        booking.note(line, entry_id, kind, [(each.subject, amount) for each, amount in parts], by)


def post_expected(
    line: BankLine, parts: Sequence[tuple[Expected, Money]], source: str, *, arrives: bool = True, by: str
) -> tuple[int, str]:
    """Post the entry for a line, or a part of one, that is what was expected, and note that it came unless a further
    line brings the rest of it; the entry and the kind of the match, which is for the caller to note."""
    if parts[0][0].what in _BECOMES_A_GIFT:
        # What was promised is a gift of its own, which is posted where it is received.
        expected.arrived(parts[0][0].subject, source, line.day, held=booking.bank_of(line))
        entry_id = posting.find(source)
        assert entry_id is not None  # noqa: S101 - arrived() has posted it
    elif parts[0][0].what == matching.ENTRY:
        entry_id = int(parts[0][0].subject.reference)
    else:
        entry_id = booking.post(
            line,
            [(each.subject, each.account_code, amount) for each, amount in parts],
            kind="bounced" if parts[0][0].account_code.startswith("income:") else "banked",
            memo=_memo(parts[0][0]),
            by=by,
            source=source,
        )
        for each, _ in parts:
            if arrives and each.subject.kind in ("count", "donation"):
                expected.arrived(each.subject, source, line.day)
    return entry_id, RETURNED if parts[0][0].what == matching.UNIDENTIFIED else EXPECTED


def _memo(first: Expected) -> str:
    return {
        matching.PAYOUT: "payout on the bank's statement",
        matching.PAYOUT_BACK: "payout sent back by the bank",
        matching.BOUNCED: "cheque sent back by the bank",
        matching.UNIDENTIFIED: "money of an unknown giver, sent back",
    }.get(first.what, "paid in at the bank")


def otherwise(reference: str, kind: str, by: str) -> None:
    """Book a line as `UNIDENTIFIED`, interest, a charge of the bank's, or spending. The caller commits.

    Raises `booking.BookedAlready`, `WrongWay` or `LookupError`.
    """
    (line,) = booking.lock([reference])
    entry_id = post_otherwise(line, line.amount, kind, booking.source_of(line), by=by)
    booking.note(line, entry_id, kind, [(booking.subject_of(line), line.amount)], by)


def post_otherwise(line: BankLine, amount: Money, kind: str, source: str, *, by: str) -> int:
    """Post the entry for a line, or a part of one (its signed amount), that nobody expected; its match is for the
    caller to note. Raises `WrongWay`."""
    code, entry_kind, memo, way = _OTHERWISE[kind]
    if amount.minor * way < 0:
        raise WrongWay("the line moves money the other way")
    parts = [(booking.subject_of(line), code, amount)]
    return booking.post(line, parts, kind=entry_kind, memo=memo, by=by, source=source)


def receive(reference: str, appeal: Appeal, by: str, *, payer: str = "", branch_id: int | None = None) -> None:
    """Book a line as a gift to an appeal that nobody expected. The caller commits. Raises `booking.BookedAlready`,
    `WrongWay`, `DoesNotFit` for an appeal in another currency, or `LookupError`."""
    (line,) = booking.lock([reference])
    if line.amount_minor < 0:
        raise WrongWay("money that went out is no gift")
    source = booking.source_of(line)
    donation = offline_gifts.receive(
        _fitting(appeal, line),
        line.amount,
        line.day,
        source,
        method=BANK_TRANSFER,
        payer_name=payer or line.payer or None,
        branch_id=branch_id,
        what=line.details[:200],
        by=by,
        held=booking.bank_of(line),
    )
    entry_id = posting.find(source)
    assert entry_id is not None  # noqa: S101 - receive() has posted it
    booking.note(line, entry_id, GIFT, [(Subject("donation", donation.reference), line.amount)], by)


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
    found: list[tuple[int, Subject, Money]] = []
    for gift in gifts:
        own = parts[gift.number]
        amount = part.amount_of(own, line)
        donation = offline_gifts.receive(
            _fitting(gift.appeal, line),
            amount,
            line.day,
            source_of[gift.number],
            method=BANK_TRANSFER,
            payer_name=gift.payer or own.payer or None,
            branch_id=branch_id,
            what=own.details[:200],
            by=by,
            held=booking.bank_of(line),
        )
        entry_id = posting.find(source_of[gift.number])
        assert entry_id is not None  # noqa: S101 - receive() has posted it
        found.append((entry_id, Subject("donation", donation.reference), amount))
    # The line stands in the books from its first part on; each part's match names the entry of its own.
    first, *further = found
    booking.note(line, first[0], GIFT, [first[1:]], by)
    for entry_id, subject, amount in further:
        booking.add_matches(line, entry_id, GIFT, [(subject, amount)], by)


def claim(reference: str, appeal: Appeal, by: str, *, payer: str = "", branch_id: int | None = None) -> None:
    """Make unidentified money a gift to an appeal, now that it is known. The caller commits.

    Raises `NotExpected` when it has been claimed or sent back, `DoesNotFit`, or `LookupError`.
    """
    booking.one_at_a_time()
    line = read_locked(select(BankLine).where(BankLine.reference == reference)).one_or_none()
    if line is None:
        raise LookupError("no such line")
    subject, amount = booking.subject_of(line), bank_expected.waits(line)
    if amount is None:
        raise NotExpected("this money does not wait any more")
    before = sum(each.kind == CLAIMED for each in booking.all_matches_of(line))
    source = f"bank:{line.reference}{booking.CLAIM}" + (f":{before + 1}" if before else "")
    donation = offline_gifts.receive(
        _fitting(appeal, line),
        amount,
        line.day,
        source,
        method=BANK_TRANSFER,
        payer_name=payer or line.payer or None,
        branch_id=branch_id,
        what=line.details[:200],
        by=by,
        held="liabilities:unidentified",
    )
    entry_id = posting.find(source)
    assert entry_id is not None  # noqa: S101 - receive() has posted it
    booking.add_matches(line, entry_id, CLAIMED, [(subject, -amount)], by)
    booking.add_matches(line, entry_id, GIFT, [(Subject("donation", donation.reference), amount)], by)


def _fitting(appeal: Appeal, line: BankLine) -> Appeal:
    if appeal.currency != line.currency:
        raise DoesNotFit("the appeal is in another currency")
    return appeal


class ClaimedSince(DomainError):
    """The money has been claimed or sent back since; that is undone first."""


class PartOfAnother(DomainError):
    """A line of another account of ours is the other side of this transfer, and is further things as well: that line is
    undone first."""


def undo(reference: str, by: str) -> None:
    """Undo the latest word on what a line is: a claim before the line itself. The line waits again, and with it every
    other line that was the same thing in parts; each entry stays in the books beside its reversal. The caller commits.

    Raises `booking.NotBooked`, `ClaimedSince`, `PartOfAnother`, `corrections.StaysBounced`, `corrections.PaidBack`, or
    `LookupError`.
    """
    booking.one_at_a_time()
    line = read_locked(select(BankLine).where(BankLine.reference == reference)).one_or_none()
    if line is None:
        raise LookupError("no such line")
    latest = booking.latest_of(line)
    if any(each.kind == UNIDENTIFIED for each in latest) and bank_expected.waits(line) is None:
        raise ClaimedSince("this money has been sent back since")
    for each in [line, *_further_parts(line, latest), *_other_sides(line, latest)]:
        for match in booking.undo(each, by):
            source = db.session.get_one(Entry, match.entry_id).source
            if match.kind in (EXPECTED, GIFT) and match.subject.kind not in ("payout", "entry"):
                corrections.take_back(match.subject, source, by=by)
            elif match.kind == PAID_BACK:
                gift = paid_back.locked(match.subject.reference)
                paid_back.note(gift, match.amount_in(each.currency), match.entry_id)


def _further_parts(line: BankLine, latest: list[BankMatch]) -> list[BankLine]:
    """The other lines that are one thing together with this one: half a count sheet is never at the bank. (Of payouts
    the sums are kept, and a standing order has a line each month.)"""
    whole = [
        each.subject
        for each in latest
        if each.kind in (EXPECTED, RETURNED) and each.subject.kind in ("count", "donation", "bank-line")
    ]
    of_the_same = (
        select(BankMatch.line_id)
        .where(BankMatch.subject.in_(whole), BankMatch.kind.in_((EXPECTED, RETURNED)), BankMatch.undone_by.is_(None))
        .where((BankMatch.amount_minor > 0) == (line.amount_minor > 0), BankMatch.line_id != line.id)
    )
    return list(db.session.scalars(select(BankLine).where(BankLine.id.in_(of_the_same)).order_by(BankLine.id)))


def _other_sides(line: BankLine, latest: list[BankMatch]) -> list[BankLine]:
    """The lines of our other accounts that are the same transfers: when the entries that this line brought are
    reversed, they wait again. Raises `PartOfAnother`."""
    sources = select(Entry.id, Entry.source).where(Entry.id.in_({each.entry_id for each in latest}))
    own = {row.id for row in db.session.execute(sources) if booking.is_of(line, row.source)}
    others = select(BankMatch.line_id).where(
        BankMatch.entry_id.in_(own), BankMatch.undone_by.is_(None), BankMatch.line_id != line.id
    )
    found = list(db.session.scalars(select(BankLine).where(BankLine.id.in_(others)).order_by(BankLine.id)))
    if any(match.entry_id not in own for each in found for match in booking.matches_of(each)):
        raise PartOfAnother("the other side of this transfer is a part of a line")
    return found
