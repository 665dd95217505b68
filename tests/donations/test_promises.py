"""What was promised is no gift: announced transfers, and those that were once booked when they were announced."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.config import Organisation
from app.database import db, writing
from app.donations import by_hand
from app.donations import receipts as donations_receipts
from app.donations.donation import BANK_TRANSFER, Donation
from app.emails.email import DueEmail
from app.ledger import closing, reversing, verifying
from app.ledger.entries import Entry
from app.offline import corrections, expected, promises
from app.receipts import filing, issuing
from app.receipts.receipt import Receipt
from app.subject import Subject
from app.worker import emails
from tests.cast import an_appeal
from tests.offline.hands import (
    a_cheque,
    a_gift_by,
    a_transfer_booked_early,
    again,
    expectations,
    held,
    raised_by,
    state_of,
    the_bank_shows,
)

ORGANISATION = Organisation("The Lantern", "4 Mill Lane\nAmbleford\nAM1 2QX", "Registered society 123")

pytestmark = pytest.mark.usefixtures("app")


def entries():
    return db.session.scalars(select(Entry.source).order_by(Entry.id)).all()


def receipts():
    db.session.rollback()
    return db.session.scalars(select(Receipt.state).order_by(Receipt.id)).all()


def withdraw(gift, reason="changed their mind"):
    with writing():
        promises.withdraw(again(gift), reason, by="treasurer")


@pytest.mark.both_databases
def test_an_announced_transfer_books_nothing_and_makes_no_receipt():
    appeal = an_appeal()
    gift = a_gift_by(BANK_TRANSFER, appeal, email="lucja@example.org")
    assert (gift.state, gift.received_at, state_of(gift)) == ("pledged", None, "announced")
    assert (raised_by(appeal), entries(), receipts()) == ((0, 0), [], [])
    assert a_gift_by(BANK_TRANSFER, appeal, email="lucja@example.org").id == gift.id
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_a_withdrawn_transfer_is_expected_no_longer_and_says_why():
    gift = a_gift_by(BANK_TRANSFER, an_appeal())
    withdraw(gift)
    withdraw(gift)
    assert (state_of(gift), expectations()) == ("withdrawn", [])
    assert by_hand.of(again(gift)).reason == "changed their mind"


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_withdrawal_says_why(reason):
    gift = a_gift_by(BANK_TRANSFER, an_appeal())
    with pytest.raises(promises.NoReasonToWithdraw):
        withdraw(gift, reason)
    assert state_of(gift) == "announced"


def test_what_has_come_is_not_withdrawn_and_what_has_not_is_not_reversed():
    appeal = an_appeal()
    cheque, gift = a_cheque(appeal, submission="cheque"), a_gift_by(BANK_TRANSFER, appeal)
    with pytest.raises(promises.NotPromised):
        withdraw(cheque)
    with pytest.raises(corrections.NothingToReverse), writing():
        corrections.undo_gift(again(gift), reason="wrong", by="treasurer")
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    with pytest.raises(promises.NotPromised):
        withdraw(gift)
    assert raised_by(appeal) == (5000, 2)


def test_a_withdrawn_transfer_cannot_arrive():
    gift = a_gift_by(BANK_TRANSFER, an_appeal())
    [wanted] = expected.at_the_bank()
    withdraw(gift)
    with pytest.raises(LookupError), writing():
        expected.arrived(wanted.subject, "bank:1", clock.today())
    assert (state_of(gift), entries()) == ("withdrawn", [])


@pytest.mark.both_databases
def test_a_line_that_was_something_else_makes_it_a_promise_again_and_the_next_line_a_gift_with_a_new_receipt():
    appeal = an_appeal()
    gift = a_gift_by(BANK_TRANSFER, appeal, email="lucja@example.org")
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    due = db.session.scalars(select(Receipt)).one()
    with writing():
        facts = donations_receipts.draft(due, organisation=ORGANISATION, base_url="https://give.example.org")
        issuing.issue(due.id, facts)
    with writing():
        entry = db.session.scalars(select(Entry.id).where(Entry.source == "bank:1")).one()
        reversing.reverse(entry, memo="the bank's line is something else", recorded_by="ada")
        corrections.take_back(Subject("donation", gift.reference), "bank:1", by="ada")
    assert (state_of(gift), raised_by(appeal), again(gift).received_at) == ("announced", (0, 0), None)
    assert receipts() == ["void"]
    the_bank_shows(expected.at_the_bank()[0], "bank:1:2")
    assert (state_of(gift), raised_by(appeal), receipts()) == ("banked", (2500, 1), ["void", "due"])
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_a_transfer_that_was_booked_early_becomes_a_promise_by_an_entry_of_today_and_its_receipt_is_void():
    appeal, day = an_appeal(), clock.today() - timedelta(days=40)
    gift = a_transfer_booked_early(appeal, given_on=day, email="lucja@example.org")
    assert raised_by(appeal) == (2500, 1)
    with writing():
        closing.close(clock.today().replace(day=1) - timedelta(days=1), by="treasurer")
    for _ in range(2):
        with writing():
            promises.make_promise(again(gift), by="treasurer")
    assert (state_of(gift), raised_by(appeal), held("assets:awaited:gbp")) == ("announced", (0, 0), 0)
    assert receipts() == []
    days = db.session.scalars(select(Entry.booked_on).order_by(Entry.id)).all()
    assert days == [day, clock.today()]
    assert promises.booked_early(10) == []
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    assert (state_of(gift), raised_by(appeal), held("assets:bank:gbp")) == ("banked", (2500, 1), 2500)
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_a_transfer_that_was_booked_early_may_still_be_shown_by_the_bank_as_it_is():
    appeal = an_appeal()
    gift = a_transfer_booked_early(appeal)
    [wanted] = expected.at_the_bank()
    assert (wanted.what, wanted.account_code) == ("awaited", "assets:awaited:gbp")
    the_bank_shows(wanted, "bank:1")
    assert (held("assets:awaited:gbp"), held("assets:bank:gbp"), raised_by(appeal)) == (0, 2500, (2500, 1))
    with pytest.raises(promises.NotPromised), writing():
        promises.make_promise(again(gift), by="treasurer")
    with writing():
        entry = db.session.scalars(select(Entry.id).where(Entry.source == "bank:1")).one()
        reversing.reverse(entry, memo="the bank's line is something else", recorded_by="ada")
        corrections.take_back(Subject("donation", gift.reference), "bank:1", by="ada")
    assert [each.reference for each, _ in promises.booked_early(10)] == [gift.reference]
    assert raised_by(appeal) == (2500, 1)


def test_the_number_of_gifts_is_of_what_has_come():
    appeal = an_appeal()
    for number in range(3):
        a_gift_by(BANK_TRANSFER, appeal, submission=str(number))
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    assert raised_by(appeal) == (2500, 1)
    assert len(db.session.scalars(select(Donation).where(Donation.state == "pledged")).all()) == 2


def test_the_giver_of_a_transfer_booked_early_is_told_that_the_receipt_does_not_count(settings):
    gift = a_transfer_booked_early(an_appeal(), email="lucja@example.org")
    receipt = db.session.scalars(select(Receipt)).one()
    draft = donations_receipts.draft(receipt, organisation=ORGANISATION, base_url="https://l.test")
    with writing():
        donations_receipts.issue(receipt.id, draft, organisation=ORGANISATION, base_url="https://l.test")
        filing.file(receipt.id, b"%PDF-1.7")
        filing.mailed(receipt.id)
    for _ in range(2):
        with writing():
            promises.make_promise(again(gift), by="treasurer")
    assert receipts() == ["void"]
    due = db.session.scalars(select(DueEmail)).one()
    mail = emails.COMPOSERS[due.kind](due, settings)
    assert (mail.to, mail.subject) == ("lucja@example.org", "Your receipt for £25.00 is not valid yet")
    assert "Please do not use that receipt; it is not valid." in mail.text
    assert "Please do not use that receipt; it is not valid." in mail.html
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    assert emails.COMPOSERS[due.kind](due, settings) is None


def test_nobody_is_written_about_a_receipt_that_never_went_out():
    gift = a_transfer_booked_early(an_appeal(), email="lucja@example.org")
    with writing():
        promises.make_promise(again(gift), by="treasurer")
    assert db.session.scalars(select(DueEmail)).all() == []
