"""The appeal in force as it stands below an article and on the front page."""

from app import clock
from app.appeals.appeal import Appeal
from app.extensions import db
from app.public import standing


def minute(appeal_id: int | None) -> int | None:
    """What a page's identity says of the time: its total is "as at" a minute, and days left end with the day."""
    return None if appeal_id is None else int(clock.now().timestamp()) // 60


def shown(appeal_id: int | None) -> dict[str, object]:
    """What partials/_appeal.html wants: the appeal and how it stands; no appeal when none is in force."""
    appeal = None if appeal_id is None else db.session.get(Appeal, appeal_id)
    return {"appeal": appeal, "standing": standing.of(appeal) if appeal else None}
