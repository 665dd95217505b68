"""Successions: the receipts of one gift, the first and those that replaced it; at most the last of them counts."""

from sqlalchemy import ColumnElement, select

from app.extensions import db
from app.receipts.receipt import Receipt


def subject(of: str, place: int) -> str:
    """The subject of a gift's first receipt ('donation:<reference>'), or of its second ('donation:<reference>:2')."""
    return of if place == 1 else f"{of}:{place}"


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


def standing(of: str) -> Receipt | None:
    """The receipt of a gift that stands now, or is about to: the last of its line, void ones too. Nothing is locked."""
    first = db.session.scalars(select(Receipt).where(Receipt.subject == of)).one_or_none()
    return first and (after(first) or first)


def _locked(which: ColumnElement[bool]) -> Receipt | None:
    return db.session.scalars(
        select(Receipt).where(which).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _neighbour(receipt: Receipt, step: int) -> Receipt | None:
    kind, reference, *place = receipt.subject.split(":")
    wanted = (int(place[0]) if place else 1) + step
    if wanted < 1:
        return None
    return db.session.scalars(select(Receipt).where(Receipt.subject == subject(f"{kind}:{reference}", wanted))).first()
