"""Verifying the books: what was changed behind the program's back is named, and honest books raise no alarm."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import clock, create_app
from app.audit import trail as audit_trail
from app.audit.trail import AuditDetail, AuditRecord
from app.config import Organisation
from app.database import db, writing
from app.donations import receipts as donations_receipts
from app.donations.donation import Donation
from app.ledger import closing, seals
from app.ledger.accounts import Account as LedgerAccount
from app.ledger.chain import Head
from app.ledger.erasure import Erasure
from app.ledger.seals import Seal
from app.offline import cheques
from app.receipts import filing
from app.receipts.receipt import Receipt
from app.reconciliation.verification import checks as verification_faults
from app.reconciliation.verification.checks import SEALED
from app.worker import clock as worker_clock
from tests import books_kept
from tests.cast import a_gift, a_pledge, an_appeal
from tests.ledger.entering import unguarded
from tests.offline.hands import a_cheque
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases

ORGANISATION = Organisation("The Lantern", "4 Mill Lane")


@pytest.fixture
def books(app):
    """Card gifts: one kept, one given back whole, one in part, one whose giver was erased, one pledged; two cheques,
    one of which bounced; a month that was closed and one line of the trail; all of it sealed."""
    appeal, account = an_appeal(), Account()
    typed = [a_gift(name=f"Giver {n}", email=f"g{n}@example.org") for n in range(5)]
    kept, whole, part, gone, pledged = (a_pledge(appeal, f"n{n}", each).reference for n, each in enumerate(typed))
    standing, bounced = a_cheque(appeal, email="c@example.org").id, a_cheque(appeal, 700, submission="gift-2").id
    charges = [account.gives(each) for each in (kept, whole, part, gone)]
    books_kept.deliver_all(app, account)
    issue()
    account.gives_back(charges[1], 2500)
    account.gives_back(charges[2], 1000)
    books_kept.deliver_all(app, account)
    issue()
    with writing():
        cheques.bounce(db.session.get_one(Donation, bounced), clock.today(), by="ada")
        closing.close(closing.next_to_close(), by="ada")
        audit_trail.record("month.closed", "month:last")
        audit_trail.record("donation.noted", f"donation:{gone}", after={"name": "Giver 3"})
    worker_clock.attach()
    erased = app.test_cli_runner().invoke(args=["donors", "erase", gone])
    assert erased.exit_code == 0, erased.output
    worker_clock.seal()
    db.session.rollback()
    ids = dict(map(tuple, db.session.execute(select(Donation.reference, Donation.id))))
    receipts = {
        (gift, place): number
        for gift, place, number in db.session.execute(select(Receipt.donation_id, Receipt.place, Receipt.id))
    }
    donor = db.session.scalars(select(Erasure.subject_id).where(Erasure.subject == "donor")).one()
    trail = db.session.scalars(select(Erasure.subject_id).where(Erasure.subject == "audit")).first()
    return {
        "kept": ids[kept], "pledged": ids[pledged], "whole": ids[whole], "donor": donor, "trail": trail,
        "cheque": standing, "bounced": bounced,
        "good": receipts[ids[kept], 1], "void": receipts[ids[whole], 1],
        "replaced": receipts[ids[part], 1], "replacement": receipts[ids[part], 2],
        "fund": db.session.scalars(select(LedgerAccount.id).where(LedgerAccount.kind == "income")).one(),
    }  # fmt: skip


def issue():
    """Issue and file the receipts that are due."""
    db.session.rollback()
    for receipt_id in db.session.scalars(select(Receipt.id).where(Receipt.state == "due")).all():
        receipt = db.session.get_one(Receipt, receipt_id)
        draft = donations_receipts.draft(receipt, organisation=ORGANISATION, base_url="https://l.example")
        with writing():
            donations_receipts.issue(receipt_id, draft, organisation=ORGANISATION, base_url="https://l.example")
            filing.file(receipt_id, f"%PDF {receipt_id}".encode())


def found(**options):
    return [(each.place, each.what) for each in verification_faults.faults(**options)]


@pytest.mark.usefixtures("books")
def test_honest_books_raise_no_alarm():
    assert found() == []
    sealed = set(db.session.scalars(select(Seal.subject)))
    assert sealed == {sealable.subject for sealable in SEALED}
    head = Head(*seals.head())
    with writing():
        audit_trail.record("person.signed_in", "person:mina")
        closing.reopen(by="ada")
    assert found(heads=[head]) == []
    worker_clock.seal()
    assert found(heads=[head]) == []


# What is done to the books behind their back, the row that is named for it, and what is said of it.
TAMPERINGS = [
    ("UPDATE receipts SET state = 'void' WHERE id = {good}", "receipts {good}", "is void, though £25.00"),
    ("UPDATE receipts SET state = 'issued' WHERE id = {void}", "receipts {void}", "is issued and counts, though £0.00"),
    ("UPDATE receipts SET state = 'issued' WHERE id = {void}", "void receipt {void}", "is gone"),
    ("UPDATE receipts SET state = 'replaced' WHERE id = {good}", "receipts {good}", "none stands in its place"),
    ("UPDATE receipts SET state = 'issued' WHERE id = {replaced}", "receipts {replaced}", "another stands"),
    ("UPDATE receipts SET state = 'void' WHERE id = {replaced}", "receipts {replaced}", "was kept at all times"),
    ("UPDATE receipts SET state = 'void' WHERE id = {replacement}", "receipts {replacement}", "though £15.00"),
    ("UPDATE receipt_series SET last_number = last_number + 1", "receipt_series", "receipts go up to number"),
    ("DELETE FROM receipt_series", "receipt_series", "is gone"),
    ("UPDATE accounts SET kind = 'expense' WHERE id = {fund}", "accounts {fund}", "of the kind expense"),
    ("UPDATE accounts SET kind = 'expense' WHERE id = {fund}", "account {fund}", "was changed after seal"),
    ("UPDATE accounts SET code = 'liabilities:x:gbp', kind = 'liability' WHERE id = {fund}",
     "account {fund}", "was changed after seal"),
    ("UPDATE donations SET amount_minor = 9900 WHERE id = {kept}", "donations {kept}", "is not what the ledger"),
    ("UPDATE donations SET amount_minor = 9900 WHERE id = {cheque}", "donations {cheque}", "is not what the ledger"),
    ("UPDATE donations SET currency = 'eur' WHERE id = {kept}", "donations {kept}", "is not what the ledger"),
    ("UPDATE donations SET charge_id = 'ch_other' WHERE id = {kept}", "donations {kept}", "is not what the ledger"),
    ("UPDATE donations SET state = 'abandoned', received_at = NULL, charge_id = NULL WHERE id = {kept}",
     "donations {kept}", "is abandoned, though"),
    ("UPDATE donations SET state = 'failed', received_at = NULL, charge_id = NULL WHERE id = {kept}",
     "donations {kept}", "is failed, though"),
    ("UPDATE donations SET state = 'received', received_at = pledged_at, charge_id = 'ch_9' WHERE id = {pledged}",
     "donations {pledged}", "is not what the ledger"),
    ("UPDATE donations SET reference = 'other' WHERE id = {kept}", "entries ", "of a donation that is not there"),
    ("UPDATE gifts_by_hand SET reversed_at = entered_at WHERE donation_id = {cheque}",
     "gifts_by_hand {cheque}", "is reversed, though"),
    ("UPDATE gifts_by_hand SET bounced_on = given_on WHERE donation_id = {cheque}",
     "gifts_by_hand {cheque}", "bounced, though"),
    ("UPDATE gifts_by_hand SET bounced_on = NULL WHERE donation_id = {bounced}",
     "gifts_by_hand {bounced}", "has it bounced"),
    ("UPDATE stripe_transactions SET type = 'payout' WHERE id = 2", "transaction 2", "was changed after seal"),
    ("UPDATE stripe_transactions SET fee_minor = 0, net_minor = 2500 WHERE id = 1", "transaction 1", "was changed"),
    ("UPDATE closed_through SET day = NULL", "closed_through", "is not what was closed or opened last"),
    ("UPDATE closings SET day = NULL WHERE id = 1", "closing 1", "was changed after seal"),
    ("UPDATE audit_records SET \"by\" = 'person:other' WHERE id = {trail}", "audit {trail}", "was changed after seal"),
    ("UPDATE audit_details SET body = '{{}}' WHERE record_id = 1", "audit 1", "was changed after seal"),
    ("DELETE FROM audit_details WHERE record_id = 1", "audit 1", "was changed after seal"),
    ("DELETE FROM audit_details WHERE record_id = 1; DELETE FROM audit_records WHERE id = 1", "audit 1", "is gone"),
    ("UPDATE erasures SET erased_by = 'other' WHERE subject = 'donor'", "erasure ", "was changed after seal"),
    ("DELETE FROM erasures WHERE subject = 'donor'", "donors {donor}", "of which nothing is on record"),
    ("DELETE FROM erasures WHERE subject = 'donor'", "erasure ", "is gone"),
    ("UPDATE donors SET erased_at = NULL WHERE id = {donor}", "donors {donor}", "and is not"),
    ("DELETE FROM erasures WHERE subject = 'audit'", "audit {trail}", "was changed after seal"),
]  # fmt: skip


def test_what_was_changed_behind_the_books_is_named(books, subtests):
    for statements, place, what in TAMPERINGS:
        with subtests.test(statements), unguarded() as session:
            for statement in statements.format(**books).split("; "):
                session.execute(text(statement))
            faults = found()
            session.rollback()
            assert any(at.startswith(place.format(**books)) and what in said for at, said in faults), faults
    assert found() == []


def test_a_month_that_is_opened_filled_and_closed_again_is_found_by_what_it_was_filled_with(books):
    with unguarded() as session:
        last = closing.closed_through().day
        moment = (clock.now() + timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S.%f")
        session.execute(
            text(
                "INSERT INTO entries "
                "(id, source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by) "
                f"SELECT 77, 'slipped', 'other', 'x', memo, 1, occurred_at, '{moment}', '{last}', recorded_by "
                "FROM entries WHERE id = 1"
            )
        )
        session.execute(
            text(
                "INSERT INTO transfers SELECT 77, 1, from_account_id, to_account_id, currency, 100 FROM transfers "
                "WHERE entry_id = 1"
            )
        )
        faults = found()
        session.rollback()
    assert ("entries 77", f"was booked on {last}, in a month that was closed by then") in faults


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE closings SET day = NULL",
        "DELETE FROM closings",
        "UPDATE stripe_transactions SET net_minor = 1",
        "DELETE FROM stripe_transactions",
        "DELETE FROM audit_details",
    ],
)
def test_the_database_itself_refuses_it(statement):
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text(statement))


@pytest.mark.usefixtures("app")
def test_a_digest_of_the_trail_stays_the_same_byte_for_byte():
    moment = datetime(2026, 6, 30, 23, 30, 0, 120, tzinfo=UTC)
    body = '{"after":{"name":"Mina"},"salt":"00"}'
    hashed = hashlib.sha256(body.encode()).hexdigest()
    with writing():
        db.session.add(
            AuditRecord(id=7, at=moment, by="person:a", action="donation.noted", subject="donation:d", digest=hashed)
        )
        db.session.flush()
        db.session.add(AuditDetail(record_id=7, body=body))
    said = f"7\x1f2026-06-30T23:30:00.000120+00:00\x1fperson:a\x1fdonation.noted\x1fdonation:d\x1f{hashed}\x1f{hashed}"
    sealable = next(each for each in SEALED if each.subject == "audit")
    assert list(sealable.digests([7])) == [(7, hashlib.sha256(said.encode()).hexdigest())]


@pytest.mark.usefixtures("books")
def test_an_old_head_of_books_that_sealed_less_still_holds():
    older = [each for each in SEALED if each.subject in ("entry", "receipt", "event")]
    with unguarded() as session:
        session.execute(text("DELETE FROM seals"))
        session.execute(text("DELETE FROM sealed_through"))
        seals.seal_all(older)
        head = Head(*seals.head())
        # Before the sealer has come to what it seals from now on, and after it.
        assert found(heads=[head]) == []
        for most in (1, 1, 500):
            seals.seal_all(SEALED, most=most)
            assert found(heads=[head]) == []
        assert seals.head()[0] > head.seq
        session.rollback()


BEFORE_THE_UPGRADE = """
INSERT INTO accounts (id, code, name, kind, currency) VALUES
    (1, 'assets:stripe:gbp', 'S', 'asset', 'gbp'), (2, 'expenses:card-fees:gbp', 'F', 'expense', 'gbp');
INSERT INTO entries (id, source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by) VALUES
    (1, 's', 'fee', 'x', 'm', 1, '{at}', '{at}', '2026-07-01', 'stripe');
INSERT INTO transfers VALUES (1, 1, 1, 2, 'gbp', 50);
INSERT INTO balances VALUES (1, 50, 0, 0), (2, 0, 50, 0);
INSERT INTO daily_balances VALUES (1, '2026-07-01', 50, 0), (2, '2026-07-01', 0, 50);
INSERT INTO stripe_transactions VALUES ('txn_b', NULL, 'fee', -50, 0, -50, 'gbp', '{at}', '{at}', 'po_1'),
    ('txn_a', 'ch_1', 'charge', 0, 0, 0, 'gbp', '{at}', '{at}', NULL);
INSERT INTO stripe_movements VALUES ('txn_b', 1, 1);
UPDATE closed_through SET day = '2026-07-31', changed_at = '{at}', changed_by = 'ada';
INSERT INTO deeds (id, at, "by", action, subject, digest) VALUES (1, '{at}', 'operator', 'a', 's', '{digest}');
INSERT INTO donors (id, reference, created_at, erased_at) VALUES (1, 'd', '{at}', '{at}'), (2, 'e', '{at}', NULL)
""".format(at="2026-07-01 10:00:00.000000", digest="a" * 64)


def test_books_with_data_are_brought_up_whole(settings):
    """What was closed, erased and moved before the upgrade is sealed after it, and raises no alarm."""
    application = create_app(settings)
    with application.app_context():
        downgrade(revision="0018")
        with writing() as session:
            for statement in BEFORE_THE_UPGRADE.split(";"):
                session.execute(text(statement))
        upgrade()
        db.session.rollback()
        rows = db.session.execute(text("SELECT txn_id, payout_id FROM stripe_transactions ORDER BY txn_id")).all()
        assert [tuple(row) for row in rows] == [("txn_a", None), ("txn_b", "po_1")]
        assert db.session.execute(text("SELECT txn_id, line, entry_id FROM stripe_movements")).one() == ("txn_b", 1, 1)
        assert found() == []
        assert closing.closed_through().day.isoformat() == "2026-07-31"
        worker_clock.seal()
        assert found() == []
        sealed = db.session.execute(text("SELECT subject, count(*) FROM seals GROUP BY subject")).all()
        assert dict(map(tuple, sealed)) == {
            "entry": 1, "account": 2, "closing": 1, "erasure": 2, "audit": 1, "transaction": 2
        }  # fmt: skip
        db.session.remove()
        db.engine.dispose()


@pytest.mark.both_databases
def test_sealed_books_are_not_taken_below_the_release_that_sealed_them(settings, caplog):
    application = create_app(settings)
    with application.app_context():
        an_appeal()
        worker_clock.seal()
        db.session.remove()
        with pytest.raises(SystemExit):
            downgrade(revision="0018")
        assert "go back with a backup" in caplog.text
        upgrade()
        assert found() == []
        db.session.remove()
        db.engine.dispose()


# A receipt of the release whose receipts named their donation by a text, as that release sealed it.
AS_IT_WAS_SEALED = """SELECT r.id, r.reference, r.subject, r.series, r.number, r.facts, r.facts_sha256, r.personal,
    r.personal_sha256, f.pdf, f.sha256, s.digest FROM receipts r JOIN receipt_files f ON f.receipt_id = r.id
    JOIN seals s ON s.subject = 'receipt' AND s.subject_id = r.id ORDER BY r.id"""


def sha256(value):
    return hashlib.sha256(value if isinstance(value, bytes) else value.encode()).hexdigest()


def test_a_head_from_before_receipts_pointed_to_their_donations_verifies_after_the_upgrade(books, settings):
    head = Head(*seals.head())
    whole = "SELECT * FROM receipts ORDER BY id"
    before = db.session.execute(text(whole)).mappings().all()
    given = {row.id: row.reference for row in db.session.execute(select(Donation.id, Donation.reference))}
    db.session.remove()
    application = create_app(settings)
    with application.app_context():
        downgrade(revision="0029")
        old = db.session.execute(text(AS_IT_WAS_SEALED)).all()
        names = {
            row["id"]: f"donation:{given[row['donation_id']]}" + (f":{row['place']}" if row["place"] > 1 else "")
            for row in before
        }
        assert {row.id: row.subject for row in old} == names
        assert {name.count(":") for name in names.values()} == {1, 2}
        for row in old:
            erased = row.personal is None
            parts = (
                row.reference, row.subject, row.series, row.number, sha256(row.facts), row.facts_sha256,
                row.personal_sha256 if erased else sha256(row.personal), row.personal_sha256,
                row.sha256 if erased else sha256(bytes(row.pdf)), row.sha256,
            )  # fmt: skip
            assert sha256("\x1f".join(map(str, parts))) == row.digest
        for change in ("subject = 'x'", "personal = NULL"):
            with pytest.raises(DBAPIError, match="an issued receipt is never changed"), writing():
                db.session.execute(text(f"UPDATE receipts SET {change} WHERE id = {books['good']}"))
        db.session.remove()
        upgrade()
        assert db.session.execute(text(whole)).mappings().all() == before
        assert found(heads=[head]) == []
        for change in ("donation_id = donation_id + 1", "place = 7", "personal = NULL"):
            with pytest.raises(DBAPIError, match="an issued receipt is never changed"), writing():
                db.session.execute(text(f"UPDATE receipts SET {change} WHERE id = {books['good']}"))
        db.session.remove()
        db.engine.dispose()
