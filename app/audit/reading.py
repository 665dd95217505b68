"""Reading the trail: newest first, by person, action, subject and days, a page at a time."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from app.audit.trail import AuditDetail, AuditRecord
from app.database import db


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What to show; what is `None` does not narrow. `since` and `until` are instants, the latter not included."""

    by: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailPosition:
    """Where a page begins: after `seen` records of the instant `at`, for several may share one."""

    at: datetime
    seen: int

    def __str__(self) -> str:
        """As it stands in an address; `place` reads it."""
        return f"{self.at.isoformat()}~{self.seen}"


@dataclass(frozen=True, slots=True)
class AuditReading:
    """One record with its details, which are empty once erased."""

    record: AuditRecord
    details: dict[str, Any]
    erased: bool


def place(text: str) -> TrailPosition | None:
    """The place that an address names; `None` when it names none."""
    at, _, seen = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return TrailPosition(moment.astimezone(UTC), int(seen)) if moment.tzinfo and 0 <= int(seen) <= 10_000 else None
    except (ValueError, OverflowError):
        return None


def page(
    wanted: TrailFilter, begin: TrailPosition | None, most: int
) -> tuple[Sequence[AuditReading], TrailPosition | None]:
    """At most `most` records from a place on, newest first, and where the next page begins (`None` at the end).

    Takes the same time however long the trail is: every filter has an index that ends in the instant.
    """
    statement = _narrowed(wanted)
    if begin is not None:
        statement = statement.where(AuditRecord.at <= begin.at).offset(begin.seen)
    rows = db.session.execute(statement.limit(most + 1)).all()
    records = [_reading(record, body) for record, body in rows[:most]]
    if len(rows) <= most:
        return records, None
    last = records[-1].record.at
    seen = sum(1 for each in records if each.record.at == last)
    if begin is not None and begin.at == last:
        seen += begin.seen
    return records, TrailPosition(last, seen)


def all_of_them(wanted: TrailFilter) -> Iterator[AuditReading]:
    """Every record, newest first, read a piece at a time, so that memory stays bounded."""
    begin: TrailPosition | None = None
    while True:
        records, begin = page(wanted, begin, 500)
        yield from records
        db.session.expunge_all()
        if begin is None:
            return


def _narrowed(wanted: TrailFilter) -> Select[AuditRecord, str]:
    statement = (
        select(AuditRecord, AuditDetail.body)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    )
    for column, value in (
        (AuditRecord.by, wanted.by),
        (AuditRecord.action, wanted.action),
        (AuditRecord.subject, wanted.subject),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(AuditRecord.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditRecord.at < wanted.until)
    return statement


def _reading(record: AuditRecord, body: str | None) -> AuditReading:
    details = json.loads(body) if body else {}
    details.pop("salt", None)
    return AuditReading(record, details, erased=body is None)
