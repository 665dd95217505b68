"""The receipts of one gift, the first and those that replaced it; at most the last of them counts.

Asking for a receipt: a row that is due, written in the same transaction as the gift it will prove.

Filing: the PDF and its SHA-256 go into the database beside the frozen facts, once; then the mail that went out.

Forgetting: a receipt loses whom it names, and its PDF; number, amount and hashes stay, and the chain with them.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.database import db, read_locked
from app.ledger import erasure
from app.receipts.receipt import DUE, ISSUED, Receipt, ReceiptFile
from app.subject import Subject


def named(donation: str, place: int) -> str:
    """How the seals and acknowledged exceptions name a receipt, for good: a gift's first 'donation:<reference>', its
    second 'donation:<reference>:2'."""
    return Subject("donation", donation if place == 1 else f"{donation}:{place}")


def receipts_of(donation_id: int) -> Sequence[Receipt]:
    """All receipts of a gift, first to last, locked until the caller's transaction ends."""
    return read_locked(_all_of(donation_id)).all()


def locked(receipt_id: int) -> Receipt | None:
    """One receipt as it is now, locked until the caller's transaction ends; `None` when it is not wanted any more."""
    return read_locked(select(Receipt).where(Receipt.id == receipt_id)).one_or_none()


def number_before(receipt: Receipt) -> str:
    """The printed number of the receipt that this one replaces, empty for a gift's first."""
    before = db.session.scalars(_all_of(receipt.donation_id).where(Receipt.place == receipt.place - 1)).first()
    return "" if before is None else before.printed_number


def after(receipt: Receipt) -> Receipt | None:
    """The receipt that stands in this one's place now, the gift's last; `None` when this is the last."""
    last = current(receipt.donation_id)
    return None if last is None or last.place <= receipt.place else last


def current(donation_id: int) -> Receipt | None:
    """The receipt of a gift that stands now, or is about to: its last, void ones too. Nothing is locked."""
    last = select(Receipt).where(Receipt.donation_id == donation_id).order_by(Receipt.place.desc()).limit(1)
    return db.session.scalars(last).first()


def read_all(donation_id: int) -> Sequence[Receipt]:
    """All receipts of a gift, first to last, to be looked at; `receipts_of` locks them."""
    return db.session.scalars(_all_of(donation_id)).all()


def _all_of(donation_id: int) -> Select[Receipt]:
    return select(Receipt).where(Receipt.donation_id == donation_id).order_by(Receipt.place)


_ADD = insert(Receipt.__table__)  # type: ignore[arg-type]


def request(donation_id: int, place: int = 1, *, on_paper: bool = False) -> None:
    """Make a donation's receipt due, to be mailed or, `on_paper`, to be printed; the caller sees to it that this
    happens once, and a unique key holds it. Its own reference is random and unguessable: whoever has the link may read
    the receipt."""
    db.session.execute(
        _ADD,
        {
            "reference": secrets.token_urlsafe(24),
            "donation_id": donation_id,
            "place": place,
            "state": DUE,
            "requested_at": clock.now(),
            "on_paper": on_paper,
            "attempts": 0,
        },
    )


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


def donation_of(reference: str) -> int | None:
    """The id of the donation that the receipt with this reference is for."""
    return db.session.scalar(select(Receipt.donation_id).where(Receipt.reference == reference))


def forget(donation_id: int, *, by: str) -> int:
    """Erase the donor from all receipts of a gift; how many were issued. One that is only due is dropped: there is
    nobody left to prove anything to. The caller commits."""
    line = receipts_of(donation_id)
    issued = [receipt.id for receipt in line if receipt.state != DUE]
    erasure.record("receipt", issued, by=by)
    for receipt in line:
        if receipt.state == DUE:
            db.session.execute(delete(Receipt).where(Receipt.id == receipt.id))
            db.session.expunge(receipt)
            continue
        receipt.personal, receipt.last_error = None, None
        db.session.execute(update(ReceiptFile).where(ReceiptFile.receipt_id == receipt.id).values(pdf=b""))
    db.session.flush()
    return len(issued)


def unfinished() -> ColumnElement[bool]:
    """The receipts that the worker has something to do for: those that have not been mailed and should be, and those
    on paper that are not made yet. One that names nobody any more never will be."""
    waits = Receipt.mailed_at.is_(None) & Receipt.given_at.is_(None) & Receipt.state.in_((DUE, ISSUED))
    more = Receipt.personal.is_not(None) & or_(Receipt.on_paper.is_(False), Receipt.rendered_at.is_(None))
    return waits & or_(Receipt.state == DUE, more)
