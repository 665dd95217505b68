"""Erasing a donor: nothing of the name is left anywhere, and the books, their seals and an old head still hold."""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.audit import trail
from app.audit.trail import AuditRecord
from app.bank import taking_in
from app.bank.account import BankAccount
from app.bank.formats.contents import ReadFile, ReadLine
from app.bank.statement import BankLine
from app.database import Base, db, writing
from app.donations import receipts
from app.donations.donation import Donation
from app.donations.plans.plan import Plan
from app.donations.refunds import DonationRefund
from app.donors.donor import Donor, note
from app.ledger import seals
from app.ledger.chain import Head
from app.ledger.entries import Entry
from app.money import Money
from app.payments.inbox import StripeEvent
from app.receipts import filing
from app.receipts.receipt import Receipt
from app.reconciliation.bank import confirming
from app.reconciliation.exceptions import finding
from app.reconciliation.verification import checks as verification_faults
from app.services import services
from app.worker import clock as worker_clock
from app.worker import duties, refunds
from app.worker import receipts as making
from tests import books_kept
from tests import stripe_bodies as says
from tests.bank.bank import a_bank_account
from tests.cast import a_gift, a_pledge, an_appeal
from tests.conftest import make_settings
from tests.plan_world import a_running_plan, follow_up
from tests.reconciliation.test_tampering import tamper
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases

NAME, EMAIL, STREET = "Zebedee Quillfeather", "zebedee@quill.example", "7 Plume Passage"
TRACES = ("zebedee", "quill", "plume passage")


@pytest.fixture
def gift(app, settings):
    """Zebedee's gift of £25 with everything that tells of him, and one of somebody else; all of it sealed."""
    appeal, account = an_appeal(), Account()
    typed = a_gift(name=NAME, email=EMAIL, address=STREET, message="From Zebedee, with love")
    ours, theirs = a_pledge(appeal, "z", typed).reference, a_pledge(appeal, "other").reference
    for reference in (ours, theirs):
        charged = account.gives(reference)
        charged["payment_method_details"] = {"card": {"last4": "9876" if reference == ours else "4242"}}
        if reference == ours:
            charged["billing_details"] = {"name": NAME, "email": EMAIL, "address": {"line1": STREET}}
            account.happens("charge.updated", charged)
    books_kept.deliver_all(app, account)
    customer = says.event("customer.created", {"id": "cus_1", "email": EMAIL, "name": NAME})
    books_kept.deliver(app, customer)
    worker_clock.attach()
    issue(settings)
    with writing():
        trail.record("donation.noted", f"donation:{ours}", after={"name": NAME})
        note(f"donation:{ours}", "Zebedee rang", by="ada")
        note(f"donor:{db.session.scalars(select(Donor).where(Donor.email == EMAIL)).one().reference}", NAME, by="ada")
    run(app, "donations", "refund", ours, "--amount", "5", "--reason", "Zebedee asked", account=account)
    issue(settings)
    worker_clock.seal()
    db.session.rollback()
    return ours


def issue(settings):
    """Issue, file and mail what is due; the PDF is a stand-in that says whom it is for."""
    db.session.rollback()
    for receipt_id in db.session.scalars(select(Receipt.id).where(Receipt.state == "due")).all():
        receipt = db.session.get_one(Receipt, receipt_id)
        draft = receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
        with writing():
            receipts.issue(receipt_id, draft, organisation=settings.organisation, base_url=settings.base_url)
            filing.file(receipt_id, f"%PDF for {draft.donor}".encode())
            filing.mailed(receipt_id)


def run(app, *args, account=None):
    db.session.rollback()
    if account is not None:
        services(app).gateway = account
    return app.test_cli_runner().invoke(args=args)


def erase(app, who, *more):
    return run(app, "donors", "erase", who, *more)


def traces():
    """Where anything of Zebedee still stands, in any text and any bytes of any table."""
    db.session.rollback()
    found = []
    for name in inspect(db.engine).get_table_names():
        table = Base.metadata.tables.get(name)
        for row in db.session.execute(select(table)).mappings() if table is not None else ():
            for column, value in row.items():
                said = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                found += [(name, column) for trace in TRACES if trace in said.casefold()]
    return found


def faults(*heads):
    db.session.rollback()
    return [each.place for each in verification_faults.faults(heads=heads)]


def test_nothing_of_the_name_is_left_and_books_seals_and_an_old_head_hold(app, gift, database_url):
    head = Head(*seals.head())
    entries = books_kept.entries()
    assert len(traces()) > 12
    result = erase(app, EMAIL.upper())
    assert result.exit_code == 0, result.output
    assert re.match(r"Erased: the donor of 1 gifts and 0 monthly plans, 2 receipts and \d+ events\.", result.output)
    assert traces() == []
    assert db.session.scalars(select(Donation.card_last4).where(Donation.reference == gift)).one() is None
    assert books_kept.entries() == entries
    assert faults(head) == []
    worker_clock.seal()
    assert faults(head, Head(*seals.head())) == []
    # Somebody else's gift is as it was.
    other = db.session.scalars(select(Donation).where(Donation.reference != gift)).one()
    assert (other.name, other.email) == ("Łucja Okoń", "lucja@example.org")
    if db.engine.dialect.name == "sqlite":
        path = Path(database_url.removeprefix("sqlite:///"))
        for part in path.parent.glob(path.name + "*"):
            assert not any(trace.encode() in part.read_bytes().lower() for trace in TRACES), part


def test_the_words_of_the_banks_lines_go_with_the_giver_and_no_import_brings_them_back(app):
    bank, appeal = a_bank_account(), an_appeal()
    read = ReadFile("csv", [ReadLine(1, clock.today(), Money(2500, "gbp"), "QUILL FUND", payer="Z QUILLFEATHER")])
    read.lines.append(ReadLine(2, clock.today(), Money(900, "gbp"), "PRESSFUND", payer="OKON L"))
    with writing():
        taking_in.take_in(bank, read, b"a file", "ada")
    theirs, other = db.session.scalars(select(BankLine.reference).order_by(BankLine.amount_minor.desc())).all()
    for line in (theirs, other):
        with writing():
            confirming.receive(line, appeal, "ada")
    given = db.session.scalars(select(Donation.reference).where(Donation.amount_minor == 2500)).one()
    assert erase(app, given).exit_code == 0
    assert traces() == []
    words = db.session.execute(select(BankLine.payer, BankLine.details).order_by(BankLine.id)).all()
    assert [tuple(each) for each in words] == [("", ""), ("OKON L", "PRESSFUND")]
    with writing():
        bank = db.session.scalars(select(BankAccount)).one()
        assert taking_in.take_in(bank, read, b"a file", "ada").new == 0
    assert traces() == []


def test_after_an_erasure_a_change_is_still_named_and_an_erasure_without_a_record_is_one(app, gift):
    erase(app, gift)
    db.session.rollback()
    erased = db.session.scalars(select(Receipt.id).where(Receipt.personal.is_(None)).order_by(Receipt.id)).first()
    other = db.session.scalars(select(Receipt.id).where(Receipt.personal.is_not(None))).one()
    tamper(f"UPDATE receipts SET personal = NULL WHERE id = {other}")
    assert faults() == [f"receipt {other}"]
    tamper(f"UPDATE receipts SET facts = '{{}}' WHERE id = {erased}")
    assert sorted(faults()) == sorted([f"receipt {other}", f"receipt {erased}"])


STATEMENTS = (
    "UPDATE receipts SET personal = NULL WHERE personal IS NOT NULL",
    "UPDATE receipts SET personal = 'other' WHERE number IS NOT NULL",
    "UPDATE receipts SET personal = NULL, facts = '{}' WHERE number IS NOT NULL",
    "UPDATE receipt_files SET pdf = ''",
    "UPDATE stripe_events SET body = ''",
    "UPDATE stripe_events SET body = 'x'",
    "UPDATE erasures SET erased_by = 'nobody'",
    "DELETE FROM erasures",
)


def test_the_database_lets_go_of_exactly_what_is_on_record_as_erased(app, gift):
    erase(app, gift)
    for statement in STATEMENTS:
        db.session.rollback()
        with pytest.raises(DBAPIError), writing():
            db.session.execute(text(statement))
    assert faults() == []


def test_a_dry_run_says_what_would_go_and_erases_nothing(app, gift):
    before = len(traces())
    result = erase(app, gift, "--dry-run")
    assert f"gift {gift}  received  {NAME}" in result.output
    assert "Nothing was erased: this was a dry run." in result.output
    assert len(traces()) == before
    assert "No donor has the reference or email address nobody@example.org." in erase(app, "nobody@example.org").output


def test_an_erased_gift_can_still_be_refunded_and_asks_for_nobody(app, gift, settings, client):
    second = select(Receipt.reference).join(Donation).where(Donation.reference == gift, Receipt.place == 2)
    reference = db.session.scalars(second).one()
    erase(app, gift)
    assert "have been erased" in client.get(f"/receipts/{reference}").text
    account = services(app).gateway
    assert "£10.00 is being refunded" in run(app, "donations", "refund", gift, "--amount", "10", "--reason", "r").output
    duties.do_all_due([refunds.duty(account)])
    assert "has been made void" in client.get(f"/receipts/{reference}").text
    db.session.rollback()
    assert [each for each in finding.find() if each.kind == "receipt"] == []
    assert db.session.scalars(select(Receipt).where(filing.unfinished())).all() == []
    assert faults() == []


def refused(app, who):
    before = len(traces())
    result = erase(app, who)
    assert result.exit_code == 1
    assert len(traces()) == before
    return result.output


def test_what_is_still_going_on_is_in_the_way(app, gift):
    with writing():
        db.session.scalars(select(DonationRefund)).one().state = "pending"
        pending = db.session.scalars(select(StripeEvent).where(StripeEvent.type == "charge.updated")).first()
        pending.state = "pending"
    output = refused(app, gift)
    assert "a refund is still under way" in output
    assert "news from Stripe about it has not been worked off yet" in output


def test_a_plan_that_runs_is_in_the_way_until_it_has_ended(app):
    plan, stripe = a_running_plan(an_appeal(), name=NAME, email=EMAIL)
    assert "a monthly gift still runs; end it first" in refused(app, plan.reference)
    follow_up([stripe.ends()], stripe)
    assert erase(app, plan.reference).exit_code == 0
    assert traces() == []
    assert db.session.scalars(select(Plan)).one().state == "ended"


def test_a_larger_gift_is_kept_until_its_sixth_year_is_over(app, gift, database_url, tmp_path):
    services(app).settings = make_settings(tmp_path, database_url, keep_names_over=Money(2000, "gbp"))
    year = clock.local_day(db.session.scalars(select(Donation.received_at)).first()).year
    assert f"the records of a gift this large have to be kept until {year + 6}-12-31" in refused(app, gift)
    services(app).settings = make_settings(tmp_path, database_url, keep_names_over=Money(2500, "gbp"))
    assert erase(app, gift).exit_code == 0


def test_an_erased_event_cannot_be_replayed_and_its_records_stay_without_its_details(app, gift):
    erase(app, gift)
    event = db.session.scalars(select(StripeEvent.event_id).where(func.length(StripeEvent.body) == 0)).first()
    result = run(app, "stripe", "replay", event)
    assert result.exit_code == 1
    assert "was erased with the donor" in result.output
    records = db.session.scalars(select(AuditRecord.action).where(AuditRecord.subject == f"donation:{gift}")).all()
    assert "donation.noted" in records
    assert db.session.scalars(select(Entry.id).where(Entry.subject == f"donation:{gift}")).first() is not None


def test_a_receipt_that_is_drawn_while_its_donor_is_forgotten_is_not_kept(app, settings, monkeypatch):
    account, donation = Account(), a_pledge(an_appeal(), "z", a_gift(name=NAME, email=EMAIL)).reference
    account.gives(donation)
    books_kept.deliver_all(app, account)

    class Press:
        def render(self, frozen):
            assert NAME in frozen
            assert erase(app, donation).exit_code == 0
            return f"%PDF for {NAME}".encode()

    duties.do_all_due([making.making(settings, Press()), making.mailing(settings)])
    assert traces() == []
    db.session.rollback()
    assert db.session.scalars(select(Receipt.mailed_at)).all() == [None]
    assert [each for each in finding.find() if each.kind == "receipt"] == []
