"""Writing the trail: each change made in the office, each sign-in, and each refusal leaves one deed."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app import clock
from app.audit import acting
from app.audit.deed import Deed, DeedDetail
from app.extensions import db


def record(
    action: str, subject: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> Deed:
    """Write down that whoever is at work did `action` ('donation.refunded') to `subject` ('donation:<reference>').

    `before` and `after` are small and may hold personal data: they are kept apart from the deed and can be erased.
    Belongs into the writing unit of the change itself, so that neither stands without the other; the caller commits.
    """
    actor = acting.at_work()
    said = {name: value for name, value in (("from", actor.address), ("before", before), ("after", after)) if value}
    details = {**said, "salt": secrets.token_hex(16)}
    body = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    deed = Deed(
        at=clock.now(),
        by=actor.by,
        action=action,
        subject=subject[:120],
        digest=hashlib.sha256(body.encode()).hexdigest(),
    )
    db.session.add(deed)
    db.session.flush()
    db.session.add(DeedDetail(deed_id=deed.id, body=body))
    db.session.flush()
    return deed


def _plain(value: object) -> object:
    """What JSON has no word for: days and instants as ISO 8601, money and the like as they write themselves."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return sorted(value, key=str) if isinstance(value, set | frozenset) else str(value)
