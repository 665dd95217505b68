"""Forgetting: the details of deeds about somebody are erased; the deeds stay, with the hash of what they said."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from app.audit.deed import Deed, DeedDetail
from app.extensions import db


def forget(subjects: Sequence[str]) -> None:
    """Erase the details of all that was ever done to these ('donation:<reference>'); the caller commits."""
    for subject in subjects:
        deeds = select(Deed.id).where(Deed.subject == subject)
        db.session.execute(delete(DeedDetail).where(DeedDetail.deed_id.in_(deeds)))
