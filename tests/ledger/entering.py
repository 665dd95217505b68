"""The shortest ways for the ledger's tests to enter something in the books, and to tamper with them."""

from contextlib import contextmanager

from sqlalchemy import text

from app import clock
from app.database import db, writing
from app.ledger import accounts, posting
from app.money import Money


def income(currency="gbp", appeal="a"):
    return accounts.open_account(f"income:appeal:{appeal}:{currency}", "income", "An appeal", currency)


def held_by_stripe(currency="gbp"):
    return posting.account_id("assets:stripe", currency)


def enter(source, lines, **changes):
    """Post lines given as (from, to, minor) or (from, to, minor, currency); an account by its code or its id."""
    values = {
        "kind": "gift",
        "subject": "donation:d",
        "memo": "card gift received",
        "occurred_at": clock.now(),
        "recorded_by": "test",
    }
    made = [
        posting.Line(code_of(each[0]), code_of(each[1]), Money(each[2], each[3] if len(each) > 3 else "gbp"))
        for each in lines
    ]
    return posting.post(source, made, **{**values, **changes})


def an_unclaimed_charge(minor):
    """A charge at Stripe that no donation claims."""
    ends = "liabilities:unidentified", "assets:stripe"
    return enter("test:1", [(*ends, minor)], kind="unclaimed-charge", subject="charge:ch_1")


def code_of(account):
    """The code of an account that is told by its code or its id."""
    return account if isinstance(account, str) else db.session.get_one(accounts.Account, account).code


def a_gift(source="test:1", minor=2500, **changes):
    """One gift, committed; the entry's id."""
    with writing():
        return enter(source, [(income(), held_by_stripe(), minor)], **changes).entry_id


@contextmanager
def unguarded():
    """A unit in which no trigger guards the books: what somebody with the database's password could do.

    The caller rolls it back, and everything is as it was.
    """
    with writing() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
            for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
