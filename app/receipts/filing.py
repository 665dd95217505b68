"""Filing: the PDF and its SHA-256 go into the database beside the frozen facts, once; then the mail that went out."""

import hashlib

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.extensions import db
from app.receipts.receipt import Receipt, ReceiptFile


def file(receipt_id: int, pdf: bytes) -> None:
    """Keep an issued receipt's PDF; when there is one already, that one stays. The caller commits."""
    moment = clock.now()
    db.session.execute(
        postgresql.insert(ReceiptFile)
        .values(receipt_id=receipt_id, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), rendered_at=moment)
        .on_conflict_do_nothing(index_elements=["receipt_id"])
    )
    db.session.execute(
        update(Receipt).where(Receipt.id == receipt_id, Receipt.rendered_at.is_(None)).values(rendered_at=moment)
    )


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
