"""Forgetting: the details of deeds about somebody are erased; the deeds stay, with the hash of what they said."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from app.audit.deed import Deed, DeedDetail
from app.extensions import db


def about(subjects: Sequence[str]) -> list[int]:
    """The deeds that were ever done to these ('donation:<reference>') and still have their details."""
    return [
        deed_id
        for subject in subjects
        for deed_id in db.session.scalars(
            select(Deed.id)
            .join(DeedDetail, DeedDetail.deed_id == Deed.id)
            .where(Deed.subject == subject)
            .order_by(Deed.id)
        )
    ]


def forget(ids: Sequence[int]) -> None:
    """Erase the details of these deeds, of which an erasure is on record already: the database lets nothing go without
    one. The caller commits."""
    for deed_id in ids:
        db.session.execute(delete(DeedDetail).where(DeedDetail.deed_id == deed_id))
