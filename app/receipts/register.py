"""Successions: the receipts of one gift, the first and those that replaced it; at most the last of them counts.

Asking for a receipt: a row that is due, written in the same transaction as the gift it will prove.

Filing: the PDF and its SHA-256 go into the database beside the frozen facts, once; then the mail that went out.

Forgetting: a receipt loses whom it names, and its PDF; number, amount and hashes stay, and the chain with them.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.extensions import db
from app.ledger import erasure
from app.receipts.receipt import DUE, ISSUED, Receipt, ReceiptFile
from app.subject import Subject


def subject(of: str, place: int) -> str:
    """The subject of a gift's first receipt ('donation:<reference>'), or of its second ('donation:<reference>:2')."""
    return of if place == 1 else f"{of}:{place}"


def parted(subject: str) -> tuple[str, int]:
    """What a receipt's subject says: the reference of its donation, and which of that gift's receipts it is, from 1."""
    reference, _, place = Subject.parse(subject).reference.partition(":")
    return reference, int(place or 1)


def gift_of(subject: str) -> str:
    """The reference of the donation that a receipt with this subject is for."""
    return parted(subject)[0]


def receipts_of(of: str) -> list[Receipt]:
    """All receipts of a gift, first to last, locked until the caller's transaction ends."""
    line: list[Receipt] = []
    while following := _locked(Receipt.subject == subject(of, len(line) + 1)):
        line.append(following)
    return line


def locked(receipt_id: int) -> Receipt | None:
    """One receipt as it is now, locked until the caller's transaction ends; `None` when it is not wanted any more."""
    return _locked(Receipt.id == receipt_id)


def number_before(receipt: Receipt) -> str:
    """The printed number of the receipt that this one replaces, empty for a gift's first."""
    before = _neighbour(receipt, -1)
    return "" if before is None else before.printed_number


def after(receipt: Receipt) -> Receipt | None:
    """The receipt that stands in this one's place now, the last of its line; `None` when this is the last."""
    last, step = None, 1
    while following := _neighbour(receipt, step):
        last, step = following, step + 1
    return last


def current(of: str) -> Receipt | None:
    """The receipt of a gift that stands now, or is about to: the last of its line, void ones too. Nothing is locked."""
    first = db.session.scalars(select(Receipt).where(Receipt.subject == of)).one_or_none()
    return first and (after(first) or first)


def _locked(which: ColumnElement[bool]) -> Receipt | None:
    return db.session.scalars(
        select(Receipt).where(which).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _neighbour(receipt: Receipt, step: int) -> Receipt | None:
    reference, place = parted(receipt.subject)
    wanted = place + step
    if wanted < 1:
        return None
    return db.session.scalars(
        select(Receipt).where(Receipt.subject == subject(Subject("donation", reference), wanted))
    ).first()


_ADD = insert(Receipt.__table__)  # type: ignore[arg-type]


def request(subject: str, *, on_paper: bool = False) -> None:
    """Make a receipt due for a subject ('donation:<reference>'), to be mailed or, `on_paper`, to be printed; the caller
    sees to it that this happens once, and a unique key holds it. Its own reference is random and unguessable: whoever
    has the link may read the receipt."""
    db.session.execute(
        _ADD,
        {
            "reference": secrets.token_urlsafe(24),
            "subject": subject,
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


def about(reference: str) -> str | None:
    """What the receipt with this reference is about ('donation:<reference>', and its place when it is not the
    first)."""
    return db.session.scalar(select(Receipt.subject).where(Receipt.reference == reference))


def read_all(of: str) -> Sequence[Receipt]:
    """All receipts of a gift, first to last, to be looked at; `receipts_of` locks them."""
    return db.session.scalars(
        select(Receipt).where(Receipt.subject.startswith(of, autoescape=True)).order_by(Receipt.id)
    ).all()


def forget(of: str, *, by: str) -> int:
    """Erase the donor from all receipts of a gift ('donation:<reference>'); how many were issued. One that is only due
    is dropped: there is nobody left to prove anything to. The caller commits."""
    line = receipts_of(of)
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
