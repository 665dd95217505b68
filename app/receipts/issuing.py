"""Issuing: a receipt gets the next number of its year and its facts are frozen, in one short transaction."""

import hashlib
import secrets
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.database import db
from app.errors import DomainError
from app.receipts.facts import Facts
from app.receipts.receipt import DUE, ISSUED, Receipt, ReceiptSeries

# Built once: to build a statement costs more than to run it (docs/performance.md).
_RECEIPTS: Any = Receipt.__table__
_SERIES: Any = ReceiptSeries.__table__
_STATE = select(_RECEIPTS.c.state).where(_RECEIPTS.c.id == bindparam("receipt_id")).with_for_update()
_ISSUE = update(_RECEIPTS).where(_RECEIPTS.c.id == bindparam("receipt_id"))
_NEXT = (
    postgresql.insert(_SERIES)
    .on_conflict_do_update(index_elements=["series"], set_={"last_number": _SERIES.c.last_number + 1})
    .returning(_SERIES.c.last_number)
)


class YearTurned(DomainError):
    """The year ended while the number was being taken; the next try takes one of the new year."""


def issue(receipt_id: int, draft: Facts) -> None:
    """Number a receipt that is due and freeze its facts; one that is issued already stays as it is.

    The series is the year of the local day of issue. Its row stays locked until the caller commits, and goes back
    with a rolled-back transaction, so the numbers have no gap. The caller has made sure that the facts can be
    printed. Raises `YearTurned`.
    """
    if db.session.scalar(_STATE, {"receipt_id": receipt_id}) != DUE:
        return
    series = str(clock.today().year)
    number = _next(series)
    # The clock is read once the series is ours, so that the days run with the numbers.
    issued_at = clock.now()
    issued_on = clock.local_day(issued_at)
    if str(issued_on.year) != series:
        raise YearTurned("the year turned while the receipt was being numbered")
    frozen, personal = replace(
        draft,
        number=f"{series}-{number:06d}",
        issued_on=issued_on.isoformat(),
        issued_at=issued_at.isoformat(timespec="seconds"),
        salt=secrets.token_hex(16),
    ).parted()
    db.session.execute(
        _ISSUE,
        {
            "receipt_id": receipt_id,
            "state": ISSUED,
            "series": series,
            "number": number,
            "facts": frozen,
            "facts_sha256": hashlib.sha256(frozen.encode()).hexdigest(),
            "personal": personal,
            "personal_sha256": hashlib.sha256(personal.encode()).hexdigest(),
            "issued_at": issued_at,
        },
    )


def _next(series: str) -> int:
    """The next number of a series; whoever asks at the same time waits until this transaction has ended."""
    return int(db.session.scalars(_NEXT, {"series": series, "last_number": 1}).one())
