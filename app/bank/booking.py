"""Booking a line: one entry between the bank and what the line was found to be, and its undoing.

A match: what a line of a statement was found to be, and the entry that says so in the books.

Forgetting what the bank said of somebody: a line keeps its day and its amount, and loses its words.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.bank import rule
from app.bank.account import BankAccount, ledger_code, noon
from app.bank.part import BankLinePart
from app.bank.statement import BankLine
from app.database import Base, Key, db, read_locked
from app.errors import DomainError
from app.ledger import posting, reversing
from app.ledger.entries import Entry
from app.ledger.posting import Line
from app.money import Money
from app.subject import Subject

# What a line can be. `EXPECTED` is money that the books were waiting for: its subject says which. `UNIDENTIFIED` waits
# in an account of its own until it is `CLAIMED` by an appeal or `RETURNED`.
EXPECTED, GIFT, UNIDENTIFIED, CLAIMED, RETURNED = "expected", "gift", "unidentified", "claimed", "returned"
CHARGE, SPENDING, INTEREST = "charge", "spending", "interest"
# `TRANSFER` is between two of our own bank accounts, each of which has a line of its own for the one entry; `INCOME` is
# other income, which no appeal raised; `PAID_BACK` is a gift that its giver got back from the bank account.
TRANSFER, BILL, INCOME, PAID_BACK = "transfer", "bill", "income", "paid-back"
KINDS = (EXPECTED, GIFT, UNIDENTIFIED, CLAIMED, RETURNED, CHARGE, SPENDING, INTEREST, TRANSFER, BILL, INCOME, PAID_BACK)


class BankMatch(Base):
    """Part or all of a line (`amount_minor`, signed like the line's) that `subject` explains, booked by `entry_id`.

    A confirmation is undone by reversing its entry: `undone_by` is the reversal, or the entry itself where that was in
    the books before the line came. Triggers keep all else.
    """

    __tablename__ = "bank_matches"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_lines.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[Subject] = mapped_column(index=True)
    amount_minor: Mapped[int] = mapped_column(Key)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))

    def amount_in(self, currency: str) -> Money:
        """The amount, in the currency of its line."""
        return Money(self.amount_minor, currency)


# Between a line's source and the number of one of its parts; and between a line and the number of a claim.
_PART, CLAIM = ":part-", ":claimed"


class BookedAlready(DomainError):
    """Somebody has said in the meantime what this line is."""


class NotBooked(DomainError):
    """Nobody has said what this line is, so there is nothing to undo."""


def one_at_a_time() -> None:
    """Wait until nobody else is saying what a line is: two lines must not become the same expected thing, which is no
    row of its own that could be locked. The bank's accounts are few, so all of them are."""
    db.session.execute(select(BankAccount.id).order_by(BankAccount.id).with_for_update())


def lock(references: Sequence[str]) -> list[BankLine]:
    """The lines with these references that nobody has booked, locked until the caller's transaction ends.

    Raises `BookedAlready`, or `LookupError` for one that does not exist.
    """
    one_at_a_time()
    lines = read_locked(select(BankLine).where(BankLine.reference.in_(references)).order_by(BankLine.id)).all()
    if len(lines) != len(set(references)):
        raise LookupError("no such line")
    if any(line.entry_id is not None for line in lines):
        raise BookedAlready("this line has been booked")
    return list(lines)


def source_of(line: BankLine) -> str:
    """The source of the next entry for a line; each has one of its own, for one that was undone stays in the books."""
    return f"bank:{line.reference}" + (f":{line.bookings + 1}" if line.bookings else "")


def bank_of(line: BankLine) -> str:
    """The code of the ledger's account for the bank account that a line is of."""
    return ledger_code(db.session.get_one(BankAccount, line.account_id))


def post(
    line: BankLine, parts: Sequence[tuple[Subject, str, Money]], *, kind: str, memo: str, by: str, source: str = ""
) -> int:
    """Post the entry for a line, a transfer for each part (subject, the other account, signed amount), and return
    its id. What came in goes from there to the bank, what went out the other way. The source is the line's own, unless
    the entry is for one part of it and has a `source` like `part_source`."""
    bank = bank_of(line)
    subjects = {subject for subject, _, _ in parts}
    return posting.post(
        source or source_of(line),
        [
            Line(*((other, bank) if amount.minor > 0 else (bank, other)), Money(abs(amount.minor), amount.currency))
            for _, other, amount in parts
        ],
        kind=kind,
        subject=subjects.pop() if len(subjects) == 1 else subject_of(line),
        memo=memo,
        occurred_at=noon(line.day),
        recorded_by=by,
    ).entry_id


def subject_of(line: BankLine) -> Subject:
    """A line as the subject of an entry."""
    return Subject("bank-line", line.reference)


def note(line: BankLine, entry_id: int, kind: str, parts: Sequence[tuple[Subject, Money]], by: str) -> None:
    """Note what a line was found to be: its parts (subject, signed amount), booked by this entry."""
    line.entry_id, line.bookings = entry_id, line.bookings + 1
    add_matches(line, entry_id, kind, parts, by)


def add_matches(line: BankLine, entry_id: int, kind: str, parts: Sequence[tuple[Subject, Money]], by: str) -> None:
    """Note a match and nothing else, for what becomes known later of unidentified money."""
    for subject, amount in parts:
        db.session.add(
            BankMatch(
                line_id=line.id,
                entry_id=entry_id,
                kind=kind,
                subject=subject,
                amount_minor=amount.minor,
                made_at=clock.now(),
                made_by=by,
            )
        )
    db.session.flush()


def matches_of(line: BankLine) -> list[BankMatch]:
    """What a line is by now, the latest word last."""
    matched = (BankMatch.line_id == line.id) & BankMatch.undone_by.is_(None)
    return list(db.session.scalars(select(BankMatch).where(matched).order_by(BankMatch.id)))


def all_matches_of(line: BankLine) -> list[BankMatch]:
    """What a line ever was, the latest word last."""
    return list(db.session.scalars(select(BankMatch).where(BankMatch.line_id == line.id).order_by(BankMatch.id)))


def latest_of(line: BankLine) -> list[BankMatch]:
    """The latest word on a line, as its matches: all that it was booked as; or that its unknown money, which was booked
    before, is claimed."""
    matched = matches_of(line)
    if matched and _source(matched[-1]).startswith(f"bank:{line.reference}{CLAIM}"):
        return [each for each in matched if each.entry_id == matched[-1].entry_id]
    return matched


def undo(line: BankLine, by: str) -> list[BankMatch]:
    """Take the latest word on a line back, and return the matches that are undone by it; the caller commits. The
    entries that were posted for the line are reversed; one that was in the books before it stays.

    Raises `NotBooked`.
    """
    undone = latest_of(line)
    if not undone:
        raise NotBooked("nothing was booked for this line")
    stand_for: dict[int, int] = {}
    for each in undone:
        if each.entry_id not in stand_for:
            stand_for[each.entry_id] = _taken_back(line, each, by)
        each.undone_by = stand_for[each.entry_id]
    if line.entry_id in stand_for:
        line.entry_id = None
    db.session.flush()
    return undone


def _taken_back(line: BankLine, match: BankMatch, by: str) -> int:
    """The entry that undoes a match: the reversal of its entry, or that entry where another line, or a person, has
    brought it into the books."""
    if not is_of(line, _source(match)):
        return match.entry_id
    memo = "the bank's line is something else"
    return reversing.reverse(match.entry_id, memo=memo, recorded_by=by).entry_id


def is_of(line: BankLine, source: str) -> bool:
    """Whether the entry with this source was posted for this line."""
    return source == f"bank:{line.reference}" or source.startswith(f"bank:{line.reference}:")


def part_source(line: BankLine, number: int) -> str:
    """The source of the entry for one part of a line, each of which is booked by an entry of its own."""
    return f"{source_of(line)}{_PART}{number}"


def is_in_parts(matches: Sequence[BankMatch]) -> bool:
    """Whether these matches, the latest word on a line, are several parts, which are undone together."""
    return any(_PART in _source(each) for each in matches)


def _source(match: BankMatch) -> str:
    return db.session.get_one(Entry, match.entry_id).source


# So many names fit into one question on either database.
_RUN = 500


def forget(subjects: Sequence[Subject]) -> None:
    """Empty the words of every line that is one of these subjects in the books, and remove the rules that were made of
    them; the caller commits.

    Its identity stays, so that the same file taken in again adds nothing and brings no words back.
    """
    for start in range(0, len(subjects), _RUN):
        theirs = select(BankMatch.line_id).where(
            BankMatch.subject.in_(subjects[start : start + _RUN]), BankMatch.undone_by.is_(None)
        )
        said = db.session.execute(select(BankLine.payer, BankLine.details).where(BankLine.id.in_(theirs)))
        rule.forget([payer or details for payer, details in said])
        db.session.execute(update(BankLine).where(BankLine.id.in_(theirs)).values(payer="", details=""))
        db.session.execute(update(BankLinePart).where(BankLinePart.line_id.in_(theirs)).values(payer="", details=""))
