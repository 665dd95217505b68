"""What is sealed: entries with their transfers, receipts with their PDF, Stripe's events as they came."""

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.extensions import db
from app.ledger.digests import ENTRIES
from app.ledger.sealing import Sealable
from app.payments.event import StripeEvent
from app.receipts.receipt import Receipt, ReceiptFile


def _of_receipts(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A receipt's digest covers its number, its frozen facts and its PDF, as they are now."""
    rows = db.session.execute(
        select(Receipt.id, Receipt.reference, Receipt.subject, Receipt.series, Receipt.number, Receipt.facts,
               Receipt.facts_sha256, ReceiptFile.pdf, ReceiptFile.sha256)
        .join(ReceiptFile, ReceiptFile.receipt_id == Receipt.id)
        .where(Receipt.id.in_(ids))
        .order_by(Receipt.id)
    )  # fmt: skip
    for row in rows:
        facts = _hashed(row.facts or "")
        pdf = _hashed(row.pdf)
        whole = (row.reference, row.subject, row.series, row.number, facts, row.facts_sha256, pdf, row.sha256)
        yield row.id, hashlib.sha256("\x1f".join(map(str, whole)).encode()).hexdigest()


def _of_events(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """An event's digest covers its id, its type and its raw body."""
    rows = db.session.execute(
        select(StripeEvent.id, StripeEvent.event_id, StripeEvent.type, StripeEvent.body, StripeEvent.body_sha256)
        .where(StripeEvent.id.in_(ids))
        .order_by(StripeEvent.id)
    )
    for row in rows:
        whole = (row.event_id, row.type, _hashed(row.body), row.body_sha256)
        yield row.id, hashlib.sha256("\x1f".join(whole).encode()).hexdigest()


def _hashed(value: bytes | str) -> str:
    """The SHA-256 of what stands in a column; a tampered SQLite column may hold text where bytes belong."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


SEALED = (
    ENTRIES,
    # Receipts are rendered in no particular order, so all of them are searched for one without a seal.
    Sealable("receipt", select(Receipt.id).where(Receipt.rendered_at.is_not(None)), _of_receipts, in_order=False,
             made_at=Receipt.__table__.c.rendered_at),
    Sealable("event", select(StripeEvent.id), _of_events, made_at=StripeEvent.__table__.c.received_at),
)  # fmt: skip
