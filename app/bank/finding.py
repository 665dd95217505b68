"""Looking up the bank's accounts, lines, files and imports."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from app.bank.account import BankAccount
from app.bank.booking import BankMatch
from app.bank.statement import BankLine, BankStatement, BankUpload
from app.database import db
from app.paging import Order, Page, page


def account(reference: str) -> BankAccount | None:
    """The bank account with this reference."""
    return db.session.scalar(select(BankAccount).where(BankAccount.reference == reference))


def accounts() -> Sequence[BankAccount]:
    """Every bank account, in the order in which they were added."""
    return db.session.scalars(select(BankAccount).order_by(BankAccount.id)).all()


def name_is_taken(name: str) -> bool:
    """Whether a bank account is called so."""
    return db.session.scalar(select(BankAccount.id).where(BankAccount.name == name)) is not None


def line(of: BankAccount, reference: str) -> BankLine | None:
    """A line of this account."""
    return db.session.scalar(select(BankLine).where(BankLine.account_id == of.id, BankLine.reference == reference))


def account_of_line(reference: str) -> str | None:
    """The reference of the account that a line is of."""
    return db.session.scalar(
        select(BankAccount.reference)
        .join(BankLine, BankLine.account_id == BankAccount.id)
        .where(BankLine.reference == reference)
    )


def lines_with_accounts(references: Collection[str]) -> list[tuple[BankLine, BankAccount]]:
    """The lines with these references, each with its account, the oldest first."""
    rows = db.session.execute(
        select(BankLine, BankAccount)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(BankLine.reference.in_(references))
        .order_by(BankLine.day, BankLine.id)
    )
    return [(row[0], row[1]) for row in rows]


def waiting(of: BankAccount, most: int) -> Sequence[BankLine]:
    """The oldest lines of an account of which nobody has said what they are; at most so many."""
    open_ones = (BankLine.account_id == of.id) & BankLine.entry_id.is_(None)
    return db.session.scalars(select(BankLine).where(open_ones).order_by(BankLine.day, BankLine.id).limit(most)).all()


def how_many_wait() -> dict[int, int]:
    """How many lines of each account nobody has explained, by the account's id; an account without any is left out."""
    number = func.count().label("number")
    counted = select(BankLine.account_id, number).where(BankLine.entry_id.is_(None)).group_by(BankLine.account_id)
    return {row.account_id: row.number for row in db.session.execute(counted)}


def latest(of: BankAccount, before: str) -> Page[BankLine]:
    """A page of an account's lines, the latest first, from the one after the line `before`."""
    lines = select(BankLine).where(BankLine.account_id == of.id)
    return page(lines, Order(BankLine.day, BankLine.id), BankLine.reference, older=before)


def matches(lines: Sequence[BankLine]) -> dict[int, list[BankMatch]]:
    """What each of these lines was found to be, by the line's id; what was undone is left out."""
    found: dict[int, list[BankMatch]] = defaultdict(list)
    in_effect = BankMatch.line_id.in_([line.id for line in lines]) & BankMatch.undone_by.is_(None)
    for match in db.session.scalars(select(BankMatch).where(in_effect).order_by(BankMatch.id)):
        found[match.line_id].append(match)
    return found


def upload(of: BankAccount, reference: str) -> BankUpload | None:
    """A file that waits to be taken in for this account."""
    own = select(BankUpload).where(BankUpload.account_id == of.id, BankUpload.reference == reference)
    return db.session.scalar(own)


def statement(of: BankAccount, digest: str, number: int) -> BankStatement | None:
    """An import of this account, by its file's SHA-256 and its number among imports of that file."""
    own = select(BankStatement).where(
        BankStatement.account_id == of.id, BankStatement.sha256 == digest, BankStatement.number == number
    )
    return db.session.scalar(own)


def statements(of: BankAccount, most: int) -> Sequence[BankStatement]:
    """The latest imports of an account, the last one first."""
    own = select(BankStatement).where(BankStatement.account_id == of.id)
    return db.session.scalars(own.order_by(BankStatement.id.desc()).limit(most)).all()
