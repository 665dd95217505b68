"""Filing: the PDF and its SHA-256 go into the database beside the frozen facts, once; then the mail that went out."""

import hashlib
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.extensions import db
from app.receipts.receipt import Receipt, ReceiptFile

# Built once: to build a statement costs more than to run it (docs/performance.md).
_RECEIPTS: Any = Receipt.__table__
_KEEP = postgresql.insert(ReceiptFile.__table__).on_conflict_do_nothing(index_elements=["receipt_id"])  # type: ignore[arg-type]
_RENDERED = update(_RECEIPTS).where(_RECEIPTS.c.id == bindparam("receipt_id"), _RECEIPTS.c.rendered_at.is_(None))


def file(receipt_id: int, pdf: bytes) -> None:
    """Keep an issued receipt's PDF; when there is one already, that one stays. The caller commits."""
    moment = clock.now()
    sha256 = hashlib.sha256(pdf).hexdigest()
    db.session.execute(_KEEP, {"receipt_id": receipt_id, "pdf": pdf, "sha256": sha256, "rendered_at": moment})
    db.session.execute(_RENDERED, {"receipt_id": receipt_id, "rendered_at": moment})


def mailed(receipt_id: int) -> None:
    """Note that the mail was taken over by the mail server (or the outbox folder). The caller commits."""
    db.session.execute(
        update(Receipt).where(Receipt.id == receipt_id, Receipt.mailed_at.is_(None)).values(mailed_at=clock.now())
    )


def find(reference: str) -> tuple[Receipt, ReceiptFile | None] | None:
    """The receipt with this unguessable reference, and its PDF when it has been rendered."""
    found = db.session.execute(
        select(Receipt, ReceiptFile)
        .outerjoin(ReceiptFile, ReceiptFile.receipt_id == Receipt.id)
        .where(Receipt.reference == reference)
    ).first()
    return None if found is None else (found[0], found[1])
