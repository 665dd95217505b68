"""What of the ledger is sealed beside its entries: accounts, closed months, and the records of erasures."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.extensions import db
from app.ledger.accounts import Account
from app.ledger.closing import Closing
from app.ledger.erasure import Erasure
from app.ledger.seals import Sealable, digest_of


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
