"""Issuing: a receipt gets the next number of its year and its facts are frozen, in one short transaction."""

import hashlib
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.errors import DomainError
from app.extensions import db
from app.receipts.facts import Facts
from app.receipts.receipt import DUE, ISSUED, Receipt, ReceiptSeries


class YearTurned(DomainError):
    """The year ended while the number was being taken; the next try takes one of the new year."""


def issue(receipt_id: int, draft: Facts) -> None:
    """Number a receipt that is due and freeze its facts; one that is issued already stays as it is.

    The series is the year of the local day of issue. Its row stays locked until the caller commits, and goes back
    with a rolled-back transaction, so the numbers have no gap. The caller has made sure that the facts can be
    printed. Raises `YearTurned`.
    """
    state = db.session.scalar(select(Receipt.state).where(Receipt.id == receipt_id).with_for_update())
    if state != DUE:
        return
    series = str(clock.today().year)
    number = _next(series)
    # The clock is read once the series is ours, so that the days run with the numbers.
    issued_at = clock.now()
    issued_on = clock.local_day(issued_at)
    if str(issued_on.year) != series:
        raise YearTurned("the year turned while the receipt was being numbered")
    frozen = replace(
        draft,
        number=f"{series}-{number:06d}",
        issued_on=issued_on.isoformat(),
        issued_at=issued_at.isoformat(timespec="seconds"),
    ).frozen()
    db.session.execute(
        update(Receipt)
        .where(Receipt.id == receipt_id)
        .values(
            state=ISSUED,
            series=series,
            number=number,
            facts=frozen,
            facts_sha256=hashlib.sha256(frozen.encode()).hexdigest(),
            issued_at=issued_at,
        )
    )


def _next(series: str) -> int:
    """The next number of a series; whoever asks at the same time waits until this transaction has ended."""
    statement = (
        postgresql.insert(ReceiptSeries)
        .values(series=series, last_number=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last_number": ReceiptSeries.last_number + 1})
        .returning(ReceiptSeries.last_number)
    )
    return int(db.session.scalars(statement).one())
