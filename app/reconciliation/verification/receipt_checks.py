"""Receipts against the ledger: the one that counts states what is kept of its gift, and the numbers have no gap."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, case, func, select, text

from app.appeals.appeal import AppealAccount
from app.database import db
from app.donations.by_hand import GiftByHand
from app.donations.donation import CARD, Donation
from app.ledger import erasure
from app.ledger.entries import Entry, Transfer
from app.ledger.verifying import Fault
from app.money import Money, written
from app.receipts.facts import thawed
from app.receipts.receipt import DUE, ISSUED, REPLACED, VOID, Receipt
from app.subject import Subject

_RUN = 400
_COUNTERS = (
    """
    SELECT 'receipt_series ' || s.series AS place, 'stands at ' || s.last_number || ', but ' || coalesce(r.given, 0)
        || ' receipts go up to number ' || coalesce(r.last, 0) AS fault
    FROM receipt_series s LEFT JOIN (SELECT series, max(number) AS last, count(*) AS given FROM receipts
        WHERE number IS NOT NULL GROUP BY series) r ON r.series = s.series
    WHERE s.last_number <> coalesce(r.last, 0) OR s.last_number <> coalesce(r.given, 0) ORDER BY s.series
    """,
    """
    SELECT 'receipt_series ' || r.series AS place, 'is gone, though receipts have its numbers' AS fault
    FROM receipts r LEFT JOIN receipt_series s ON s.series = r.series
    WHERE r.number IS NOT NULL AND s.series IS NULL GROUP BY r.series ORDER BY r.series
    """,
)


class _Gift(NamedTuple):
    """What a receipt is held against: what is kept of its gift, and whether its giver was erased."""

    subject: Subject
    net_amount: Money
    card: bool
    erased: bool


def faults(most: int) -> Iterator[Fault]:
    """The counters and the receipts that are not as they must be, at most `most` of each kind."""
    for check in _COUNTERS:
        for row in db.session.execute(text(check)).fetchmany(most):
            yield Fault(row.place, row.fault)
    after = found = 0
    while rows := _run(after):
        after = rows[-1].id
        for row, what in _wrong(rows):
            found += 1
            yield Fault(f"receipts {row.id}", what)
            if found == most:
                return


def _run(after: int) -> Sequence[Any]:
    return db.session.execute(
        select(Receipt.id, Receipt.donation_id, Receipt.place, Receipt.state, Receipt.facts)
        .where(Receipt.id > after)
        .order_by(Receipt.id)
        .limit(_RUN)
    ).all()


def _wrong(rows: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any], str]]:
    ids = {row.donation_id for row in rows}
    gifts = _gifts(ids)
    places = select(Receipt.donation_id, Receipt.place).where(Receipt.donation_id.in_(ids), Receipt.place > 1)
    later = {(row.donation_id, row.place - 1) for row in db.session.execute(places)}
    for row in rows:
        gift = gifts.get(row.donation_id)
        if gift is None:
            yield row, "is for a donation that is not there"
        elif what := _what_is_wrong(row, gift, followed=(row.donation_id, row.place) in later):
            yield row, what


def _what_is_wrong(row: Row[Any], gift: _Gift, *, followed: bool) -> str | None:
    """What cannot be so of one receipt, given what is kept of its gift and whether another one came after it."""
    nothing = gift.net_amount.minor <= 0
    if followed:
        if row.state in (DUE, ISSUED):
            return f"is {row.state}, though another stands in its place"
        if row.state == VOID and gift.card and not gift.erased and not _was_ever_nothing(gift.subject):
            return "is void, though something of its gift was kept at all times"
        return None
    if row.state == ISSUED and (nothing or thawed(row.facts).amount_minor != gift.net_amount.minor):
        return f"is issued and counts, though {written(gift.net_amount)} of its gift is kept"
    if row.state == VOID and not nothing and not gift.erased:
        return f"is void, though {written(gift.net_amount)} of its gift is kept"
    if row.state == REPLACED and not gift.erased:
        return "is replaced, though none stands in its place"
    return None


def _gifts(ids: Collection[int]) -> dict[int, _Gift]:
    rows = db.session.execute(
        select(
            Donation.id,
            Donation.reference,
            Donation.method,
            Donation.amount_minor,
            Donation.currency,
            GiftByHand.reversed_at,
            GiftByHand.bounced_on,
            Donation.paid_back_minor,
        )
        .outerjoin(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(Donation.id.in_(ids))
    ).all()
    erased = erasure.erased("donation", [row.id for row in rows])
    entered = (
        select(Entry.subject, func.sum(_income()).label("net_amount"))
        .join(Transfer, Transfer.entry_id == Entry.id)
        .where(Entry.subject.in_([Subject("donation", row.reference) for row in rows]))
        .group_by(Entry.subject)
    )
    by_card = {row.subject: int(row.net_amount or 0) for row in db.session.execute(entered)}
    found = {}
    for row in rows:
        subject = Subject("donation", row.reference)
        if row.method == CARD:
            net_amount = by_card.get(subject, 0)
        else:
            # A bank's line may take several cheques back under one subject; that these two are true is checked apart.
            net_amount = 0 if row.reversed_at or row.bounced_on else row.amount_minor - row.paid_back_minor
        found[row.id] = _Gift(subject, Money(net_amount, row.currency), row.method == CARD, row.id in erased)
    return found


def _was_ever_nothing(gift: Subject) -> bool:
    """Whether after any of a gift's entries nothing was kept of it."""
    net_amount = 0
    for (moved,) in db.session.execute(
        select(func.sum(_income()))
        .select_from(Entry)
        .join(Transfer, Transfer.entry_id == Entry.id)
        .where(Entry.subject == gift)
        .group_by(Entry.id)
        .order_by(Entry.id)
    ):
        net_amount += int(moved or 0)
        if net_amount <= 0:
            return True
    return False


def _income() -> ColumnElement[int]:
    """What a transfer brings to an appeal, or takes from it."""
    ours = select(AppealAccount.account_id)
    return case((Transfer.from_account_id.in_(ours), Transfer.amount_minor), else_=0) - case(
        (Transfer.to_account_id.in_(ours), Transfer.amount_minor), else_=0
    )
