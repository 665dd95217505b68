"""Verification: everything that `flask books verify` checks, from the ledger's own sums to what stands beside it.

What is sealed: entries with their transfers, receipts with their PDF, Stripe's events and transactions, the audit
trail, and what the ledger keeps beside its entries.

Each kind has its own digests, so a kind that is sealed later than others leaves the chain before it as it is. Where
the personal part of a row has been erased, with a record of it, the hash that was kept stands for it: the chain stays
whole. Something that was changed, or is gone without a record, is not excused by that.

What of the ledger is sealed beside its entries: accounts, closed months, and the records of erasures.
"""

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.audit.trail import AuditDetail, AuditRecord
from app.database import db
from app.donations.donation import Donation
from app.ledger import chain, erasure, verifying
from app.ledger.accounts import Account
from app.ledger.chain import Head
from app.ledger.closing import Closing
from app.ledger.erasure import Erasure
from app.ledger.seals import ENTRIES, Sealable, digest_of
from app.ledger.verifying import Fault
from app.payments.inbox import StripeEvent
from app.payments.objects import StripeTransaction
from app.receipts import filing
from app.receipts.receipt import VOID, Receipt, ReceiptFile
from app.reconciliation.verification import gift_checks, receipt_checks


def _of_accounts(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """An account's digest covers its code, kind and currency; its name may change."""
    rows = db.session.execute(
        select(Account.id, Account.code, Account.kind, Account.currency).where(Account.id.in_(ids)).order_by(Account.id)
    )
    for row in rows:
        yield row.id, digest_of(row)


def _of_closings(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A closing's digest covers through which day the books were closed, when, and by whom."""
    rows = db.session.execute(
        select(Closing.id, Closing.day, Closing.changed_at, Closing.changed_by)
        .where(Closing.id.in_(ids))
        .order_by(Closing.id)
    )
    for row in rows:
        yield row.id, digest_of((row.id, row.day, row.changed_at.isoformat(), row.changed_by))


def _of_erasures(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """An erasure's digest covers what was erased, when, and on whose word."""
    rows = db.session.execute(
        select(Erasure.id, Erasure.subject, Erasure.subject_id, Erasure.erased_at, Erasure.erased_by)
        .where(Erasure.id.in_(ids))
        .order_by(Erasure.id)
    )
    for row in rows:
        yield row.id, digest_of((row.id, row.subject, row.subject_id, row.erased_at.isoformat(), row.erased_by))


ACCOUNTS = Sealable("account", select(Account.id), _of_accounts)
CLOSINGS = Sealable("closing", select(Closing.id), _of_closings, made_at=Closing.__table__.c.changed_at, late=True)
ERASURES = Sealable("erasure", select(Erasure.id), _of_erasures, made_at=Erasure.__table__.c.erased_at, late=True)


def _of_receipts(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A receipt's digest covers its number, both parts of its frozen facts and its PDF, as they are now."""
    erased = erasure.erased("receipt", ids)
    rows = db.session.execute(
        select(
            Receipt.id,
            Receipt.reference,
            Donation.reference.label("donation"),
            Receipt.place,
            Receipt.series,
            Receipt.number,
            Receipt.facts,
            Receipt.facts_sha256,
            Receipt.personal,
            Receipt.personal_sha256,
            ReceiptFile.pdf,
            ReceiptFile.sha256,
        )
        .join(ReceiptFile, ReceiptFile.receipt_id == Receipt.id)
        .join(Donation, Donation.id == Receipt.donation_id)
        .where(Receipt.id.in_(ids))
        .order_by(Receipt.id)
    )
    for row in rows:
        facts, personal, pdf = _hashed(row.facts or ""), _hashed(row.personal or ""), _hashed(row.pdf)
        if row.id in erased:
            personal = row.personal_sha256 if row.personal is None else personal
            pdf = pdf if row.pdf else row.sha256
        whole = (
            row.reference,
            filing.named(row.donation, row.place),
            row.series,
            row.number,
            facts,
            row.facts_sha256,
            personal,
            row.personal_sha256,
            pdf,
            row.sha256,
        )
        yield row.id, hashlib.sha256("\x1f".join(map(str, whole)).encode()).hexdigest()


def _of_events(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """An event's digest covers its id, its type and its raw body."""
    erased = erasure.erased("event", ids)
    rows = db.session.execute(
        select(StripeEvent.id, StripeEvent.event_id, StripeEvent.type, StripeEvent.body, StripeEvent.body_sha256)
        .where(StripeEvent.id.in_(ids))
        .order_by(StripeEvent.id)
    )
    for row in rows:
        body = _hashed(row.body) if row.body or row.id not in erased else row.body_sha256
        whole = (row.event_id, row.type, body, row.body_sha256)
        yield row.id, hashlib.sha256("\x1f".join(whole).encode()).hexdigest()


def _of_void_receipts(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """That a receipt is void is sealed by itself, because it becomes so later than it is issued, and for good."""
    rows = db.session.execute(
        select(Receipt.id, Receipt.reference, Receipt.series, Receipt.number, Receipt.state)
        .where(Receipt.id.in_(ids), Receipt.state == VOID)
        .order_by(Receipt.id)
    )
    for row in rows:
        yield row.id, digest_of(row)


def _of_transactions(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A transaction's digest covers all that Stripe said of it; in which payout it left is learned later."""
    transaction = StripeTransaction
    rows = db.session.execute(
        select(
            transaction.id,
            transaction.txn_id,
            transaction.source_id,
            transaction.type,
            transaction.amount_minor,
            transaction.fee_minor,
            transaction.net_minor,
            transaction.currency,
            transaction.created_at,
            transaction.available_on,
        )
        .where(transaction.id.in_(ids))
        .order_by(transaction.id)
    )
    for row in rows:
        yield row.id, digest_of((*row[:-2], row.created_at.isoformat(), row.available_on.isoformat()))


def _of_the_trail(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The digest of a line of the audit trail covers who did what, when and to what, and the salted hash of its
    details, as they are now or as they were before they were erased."""
    erased = erasure.erased("audit", ids)
    rows = db.session.execute(
        select(
            AuditRecord.id,
            AuditRecord.at,
            AuditRecord.by,
            AuditRecord.action,
            AuditRecord.subject,
            AuditRecord.digest,
            AuditDetail.body,
        )
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.id.in_(ids))
        .order_by(AuditRecord.id)
    )
    for row in rows:
        details = row.digest if row.body is None and row.id in erased else _hashed(row.body or "")
        yield row.id, digest_of((row.id, row.at.isoformat(), row.by, row.action, row.subject, row.digest, details))


def _hashed(value: bytes | str) -> str:
    """The SHA-256 of what stands in a column; a tampered SQLite column may hold text where bytes belong."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


SEALED = (
    ENTRIES,
    # Receipts are rendered in no particular order, so all of them are searched for one without a seal.
    Sealable(
        "receipt",
        select(Receipt.id).where(Receipt.rendered_at.is_not(None)),
        _of_receipts,
        in_order=False,
        made_at=Receipt.__table__.c.rendered_at,
    ),
    Sealable("event", select(StripeEvent.id), _of_events, made_at=StripeEvent.__table__.c.received_at),
    ACCOUNTS,
    CLOSINGS,
    ERASURES,
    Sealable("audit", select(AuditRecord.id), _of_the_trail, made_at=AuditRecord.__table__.c.at, late=True),
    Sealable("transaction", select(StripeTransaction.id), _of_transactions),
    Sealable("void receipt", select(Receipt.id).where(Receipt.state == VOID), _of_void_receipts, in_order=False),
)


# Who tampered with all rows of a kind need not be told of each.
_MOST = 20


def faults(*, heads: Sequence[Head] = (), since: Head | None = None) -> list[Fault]:
    """Every fault of the books; nothing for clean ones. With `since`, a head that was verified before, only what was
    sealed after it is looked at; `heads` are heads kept outside (see `chain.faults`)."""
    sealed = chain.faults(SEALED, since=since, heads=heads)
    if since is not None:
        return list(sealed)
    return [*verifying.faults(_MOST), *gift_checks.faults(_MOST), *receipt_checks.faults(_MOST), *sealed]
