"""Taking a file in: what in it is new becomes lines of the account, once, whatever else is taken in at the time."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select

from app import clock
from app.bank import duplicates
from app.bank.account import BankAccount
from app.bank.duplicates import NEW, Known, Sorted
from app.bank.formats.contents import ReadFile, ReadLine
from app.bank.part import BankLinePart
from app.bank.statement import BankLine, BankStatement
from app.database import db
from app.money import Money


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of a file: how many of its payments were new, how many known already."""

    new: int
    known: int


def look(account: BankAccount, read: ReadFile) -> list[Sorted]:
    """What of a file is new to an account, and what is known."""
    # A payment may be booked anew some days away, so the days around count as well.
    first, last = read.first_day, read.last_day
    since, until = (
        (first - duplicates.NEAR) if first - date.min > duplicates.NEAR else date.min,
        (last + duplicates.NEAR) if date.max - last > duplicates.NEAR else date.max,
    )
    rows = db.session.scalars(
        select(BankLine).where(BankLine.account_id == account.id, BankLine.day.between(since, until))
    )
    known = [Known(row.identity, row.ordinal, row.day, row.amount_minor, row.bank_id, row.said) for row in rows]
    spans = db.session.execute(
        select(BankStatement.first_day, BankStatement.last_day).where(
            BankStatement.account_id == account.id, BankStatement.taken_back_at.is_(None)
        )
    )
    return duplicates.sort(read.lines, known, [(span.first_day, span.last_day) for span in spans])


def take_in(
    account: BankAccount,
    read: ReadFile,
    body: bytes,
    imported_by: str,
    *,
    others: Collection[int] = (),
    closing: Money | None = None,
) -> TakenIn:
    """Take in what is new in a file; the caller commits. `others` are the rows of lines that look like known ones and
    that a person says are further payments. `closing` is the balance after the last line, where the file has none."""
    # Two people may take the same file in at once: the second waits here, and finds everything known.
    db.session.execute(select(BankAccount.id).where(BankAccount.id == account.id).with_for_update())
    found = look(account, read)
    taken = [(each, each.ordinal) for each in found if each.verdict == NEW]
    taken += [(e, e.ordinal_if_another) for e in found if e.may_be_another and e.line.row in others]
    statement = _statement(account, read, body, imported_by, len(taken), closing)
    if statement is not None and taken:
        rows = _rows(account, statement, taken)
        db.session.execute(insert(BankLine), rows)
        _keep_parts({str(row["reference"]): each.line for row, (each, _) in zip(rows, taken, strict=True)})
    return TakenIn(len(taken), len(found) - len(taken))


def _statement(
    account: BankAccount, read: ReadFile, body: bytes, imported_by: str, new: int, closing: Money | None
) -> BankStatement | None:
    """The import's own row; the very same file again, with nothing new in it, leaves none."""
    digest = hashlib.sha256(body).hexdigest()
    same = (BankStatement.account_id == account.id) & (BankStatement.sha256 == digest)
    before = db.session.scalar(select(func.count()).select_from(BankStatement).where(same)) or 0
    in_effect = select(BankStatement.id).where(same, BankStatement.taken_back_at.is_(None)).limit(1)
    if not new and db.session.scalar(in_effect) is not None:
        return None
    stated = read.closing or closing
    statement = BankStatement(
        account_id=account.id,
        sha256=digest,
        number=before + 1,
        form=read.form,
        first_day=read.first_day,
        last_day=read.last_day,
        opening_minor=read.opening.minor if read.opening else None,
        closing_minor=stated.minor if stated else None,
        closing_on=(read.closing_on or read.last_day) if stated else None,
        lines=len(read.lines),
        new=new,
        imported_at=clock.now(),
        imported_by=imported_by,
    )
    db.session.add(statement)
    db.session.flush()
    return statement


def _keep_parts(lines: Mapping[str, ReadLine]) -> None:
    """Keep the parts of lines, by their references."""
    whole = {reference: line for reference, line in lines.items() if line.parts}
    if not whole:
        return
    ids = db.session.execute(select(BankLine.reference, BankLine.id).where(BankLine.reference.in_(whole)))
    db.session.execute(
        insert(BankLinePart),
        [
            {
                "line_id": row.id,
                "number": number,
                "amount_minor": part.amount.minor,
                "payer": part.payer,
                "details": part.details,
            }
            for row in ids
            for number, part in enumerate(whole[row.reference].parts, 1)
        ],
    )


def _rows(
    account: BankAccount, statement: BankStatement, taken: Sequence[tuple[Sorted, int]]
) -> list[dict[str, object]]:
    return [
        {
            "reference": secrets.token_hex(8),
            "account_id": account.id,
            "statement_id": statement.id,
            "row": each.line.row,
            "day": each.line.day,
            "amount_minor": each.line.amount.minor,
            "currency": account.currency,
            "details": each.line.details,
            "payer": each.line.payer,
            "bank_id": each.line.bank_id,
            "identity": each.identity,
            "ordinal": ordinal,
            "bookings": 0,
        }
        for each, ordinal in taken
    ]
