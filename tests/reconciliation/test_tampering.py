"""Tampering: whoever gets round the database's own guards is named by the chain, and clean books raise no alarm."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.config import Organisation
from app.database import db, writing
from app.donations import receipts, settlement
from app.ledger import chain, seals, verifying
from app.ledger.chain import Head
from app.ledger.seals import BEGINNING
from app.payments import inbox
from app.payments.inbox import News
from app.payments.objects import read_charge
from app.receipts import filing, issuing
from app.receipts.receipt import Receipt
from app.reconciliation.verification.checks import SEALED
from app.worker import clock as worker_clock
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal

pytestmark = pytest.mark.both_databases

GUARDS = {
    "entries": ["entries_are_never_changed", "entries_are_never_deleted", "entries_stay"],
    "transfers": ["transfers_are_never_changed", "transfers_are_never_deleted", "transfers_stay",
                  "transfers_fit_their_entry"],
    "receipts": ["receipts_stay_as_issued"],
    "receipt_files": ["receipt_files_are_never_changed"],
    "stripe_events": ["stripe_events_stay_as_they_came"],
    "stripe_transactions": ["stripe_transactions_stay", "stripe_transactions_are_never_deleted"],
    "seals": ["seals_are_never_changed", "seals_are_never_deleted", "seals_are_kept"],
}  # fmt: skip


@pytest.fixture
def books(app):
    """Four gifts with their events and receipts, all sealed."""
    appeal = an_appeal()
    organisation = Organisation("The Lantern", "4 Mill Lane")
    for number in range(4):
        donation = a_pledge(appeal, f"nonce-{number}")
        body = stripe_says.charge(donation.reference, charge_id=f"ch_{number}", minor=1000 + number)
        told = stripe_says.event("charge.succeeded", body)
        with writing():
            inbox.take_in(inbox.Delivery(repr(told).encode(), News(told)), lambda _news: inbox.Outcome.APPLIED)
            settlement.settle(read_charge(body))
        receipt = db.session.scalars(select(Receipt).where(Receipt.donation_id == donation.id)).one()
        with writing():
            issuing.issue(receipt.id, receipts.draft(receipt, organisation=organisation, base_url="https://l.example"))
            filing.file(receipt.id, b"%PDF " + str(number).encode())
    worker_clock.seal()
    db.session.rollback()
    return app


def tamper(*statements):
    """Go round the guards, as somebody with the database's password could."""
    lite = db.engine.dialect.name == "sqlite"
    with writing():
        for table, names in GUARDS.items():
            for name in names:
                if lite:
                    db.session.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
                else:
                    db.session.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
        if lite:
            db.session.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            db.session.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            db.session.execute(text(statement))
        if not lite:
            db.session.execute(text("SET session_replication_role = DEFAULT"))


def first(**options):
    db.session.rollback()
    found = [*verifying.faults(), *chain.faults(SEALED, **options)]
    return found[0].place if found else None


@pytest.mark.usefixtures("books")
def test_on_clean_books_there_is_no_alarm():
    assert first() is None
    seq, _ = seals.head()
    # Four entries, receipts and events, and the two accounts.
    assert seq == 14
    worker_clock.seal()
    assert seals.head()[0] == 14
    a_pledge(an_appeal("another"), "n")
    assert first(heads=[Head(*seals.head())]) is None


@pytest.mark.usefixtures("books")
def test_what_was_committed_after_the_last_seal_raises_no_alarm():
    donation = a_pledge(an_appeal("another"), "later")
    with writing():
        settlement.settle(read_charge(stripe_says.charge(donation.reference, charge_id="ch_later")))
    assert first() is None


def places(**options):
    db.session.rollback()
    return [fault.place for fault in [*verifying.faults(), *chain.faults(SEALED, **options)]]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["UPDATE transfers SET amount_minor = 999 WHERE entry_id = 2"], "entry 2"),
        (["UPDATE entries SET memo = 'mine' WHERE id = 3"], "entry 3"),
        (
            [
                "UPDATE entries SET source = 'x' WHERE id = 2",
                "UPDATE entries SET source = 'stripe:ch_1:received' WHERE id = 3",
                "UPDATE entries SET source = 'stripe:ch_2:received' WHERE id = 2",
            ],
            "entry 2",
        ),
        (["DELETE FROM transfers WHERE entry_id = 2", "DELETE FROM entries WHERE id = 2"], "entry 2"),
        (
            [
                "UPDATE entries SET lines = 2 WHERE id = 2",
                (
                    "INSERT INTO transfers SELECT entry_id, 2, from_account_id, to_account_id, currency, 1 "
                    "FROM transfers WHERE entry_id = 2"
                ),
            ],
            "entry 2",
        ),
        (["UPDATE receipts SET facts = '{}' WHERE id = 3"], "receipt 3"),
        (["UPDATE receipt_files SET pdf = '' WHERE receipt_id = 3"], "receipt 3"),
        (["UPDATE stripe_events SET body = '' WHERE id = 1"], "event 1"),
        (["DELETE FROM seals WHERE seq = 5"], "seals 5"),
        (["UPDATE seals SET digest = previous WHERE seq = 6"], "seals 6"),
        (["UPDATE seals SET seq = 99 WHERE seq = 4"], "seals 4"),
    ],
    ids=[
        "a changed amount",
        "an edited entry",
        "two swapped rows",
        "a deleted middle",
        "an added transfer",
        "a changed receipt",
        "a changed PDF",
        "an edited event",
        "a deleted seal",
        "a changed seal",
        "a moved seal",
    ],
)
def test_what_was_changed_is_named(statements, named):
    tamper(*statements)
    assert named in places()


@pytest.mark.usefixtures("books")
def test_an_entry_slipped_in_behind_the_sealer_is_named():
    long_ago = (clock.now() - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S.%f")
    tamper(
        "INSERT INTO entries "
        "(id, source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by) "
        f"SELECT 77, 'slipped', kind, subject, memo, 1, occurred_at, '{long_ago}', booked_on, recorded_by "
        "FROM entries WHERE id = 1",
        "INSERT INTO transfers SELECT 77, 1, from_account_id, to_account_id, currency, amount_minor "
        "FROM transfers WHERE entry_id = 1",
    )
    assert "entry 77" in places()
    assert "entry 77" in places(since=Head(*seals.head()))


@pytest.mark.usefixtures("books")
def test_a_deleted_tail_is_found_with_a_head_kept_outside():
    head = Head(*seals.head())
    tamper("DELETE FROM seals WHERE seq > 10")
    assert first(heads=[head]) == f"seals {head.seq}"


@pytest.mark.usefixtures("books")
def test_a_chain_made_anew_is_found_with_a_head_kept_outside():
    head = Head(*seals.head())
    tamper(
        "UPDATE transfers SET amount_minor = 2000 WHERE entry_id = 2",
        "UPDATE balances SET out_minor = out_minor + 999 WHERE out_minor > 0",
        "UPDATE balances SET in_minor = in_minor + 999 WHERE in_minor > 0",
        "UPDATE daily_balances SET out_minor = out_minor + 999 WHERE out_minor > 0",
        "UPDATE daily_balances SET in_minor = in_minor + 999 WHERE in_minor > 0",
        "DELETE FROM seals",
        "DELETE FROM sealed_through",
    )
    worker_clock.seal()
    assert first() is None
    assert first(heads=[head]) == f"seals {head.seq}"


@pytest.mark.usefixtures("books")
def test_since_a_head_only_what_came_after_is_looked_at():
    head = Head(*seals.head())
    donation = a_pledge(an_appeal("another"), "later")
    with writing():
        settlement.settle(read_charge(stripe_says.charge(donation.reference, charge_id="ch_later")))
    worker_clock.seal()
    tamper("UPDATE transfers SET amount_minor = 1 WHERE entry_id = 5")
    db.session.rollback()
    assert [fault.place for fault in chain.faults(SEALED, since=head)] == ["entry 5"]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("statement", ["UPDATE seals SET digest = hash", "DELETE FROM seals"])
def test_the_database_itself_refuses_to_change_a_seal(statement):
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text(statement))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("table", ["entries", "transfers", "receipts", "receipt_files", "stripe_events", "seals"])
def test_what_is_kept_for_ever_cannot_be_emptied_either(table):
    how = f"DELETE FROM {table}" if db.engine.dialect.name == "sqlite" else f"TRUNCATE {table} CASCADE"
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text(how))


def test_an_empty_chain_has_a_head_and_no_fault(app):
    assert seals.head() == (0, BEGINNING)
    assert list(chain.faults(SEALED, heads=[Head(0, BEGINNING)])) == []


@pytest.mark.usefixtures("books")
def test_ids_that_commit_late_are_sealed_and_old_ids_are_not_searched_for_ever(monkeypatch):
    from app.ledger.seals import SealedThrough

    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    worker_clock.seal()
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(hours=2))
    worker_clock.seal()
    db.session.rollback()
    assert db.session.get(SealedThrough, "entry").through_id == 4
    assert first() is None
