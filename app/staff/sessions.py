"""Ending a person's sessions: each carries a mark, and a new mark on the person ends all that carry the old one."""

import uuid

from app.extensions import db
from app.staff.person import Person


def end(person: Person) -> None:
    """Sign a person out everywhere; links by mail that were not used yet end as well. The caller commits."""
    person.fs_uniquifier = uuid.uuid4().hex
    db.session.add(person)
    db.session.flush()
