"""Forgetting: a receipt loses whom it names, and its PDF; number, amount and hashes stay, and the chain with them."""

from sqlalchemy import ColumnElement, delete, or_, update

from app.extensions import db
from app.ledger import erasure
from app.receipts import successions
from app.receipts.receipt import DUE, ISSUED, Receipt, ReceiptFile


def forget(of: str, *, by: str) -> int:
    """Erase the donor from all receipts of a gift ('donation:<reference>'); how many were issued. One that is only due
    is dropped: there is nobody left to prove anything to. The caller commits."""
    line = successions.receipts_of(of)
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
