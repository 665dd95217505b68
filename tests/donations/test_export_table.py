"""The list of donations: each gift with its receipt, fee, donor and consent, counted cash among them, and no more."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.config import Organisation
from app.database import db, writing
from app.donations import receipts
from app.donations.donation import Donation
from app.donations.exports import exporting, table
from app.donations.exports.exporting import Choice
from app.donors import merging
from app.donors.donor import Donor
from app.ledger.exports.snapshot import snapshot
from app.money import Money
from app.office.books import exports
from app.offline import counts
from app.offline.counts import Count
from app.offline.gifts import HandGift
from app.receipts.receipt import Receipt
from app.worker import clock as worker_clock
from tests import books_kept
from tests.cast import a_gift, a_pledge, an_appeal
from tests.offline.hands import COUNTERS, a_branch, a_cheque, a_count
from tests.stripe_account import Account

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]


def listed(**changes):
    """The rows of the list of everything until today."""
    db.session.rollback()
    values = {"format": "donations-csv", "from_on": clock.today() - timedelta(days=4000), "to_on": clock.today()}
    choice = Choice(**{**values, **changes})
    with snapshot() as connection:
        totals = exporting.totals(connection, choice)
        content = b"".join(exporting.make(connection, choice, totals, "b4tch").pieces)
    found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert sum(each.lines for each in totals) == len(found)
    assert sum(each.in_minor for each in totals) == sum(int(row["amount"].replace(".", "")) for row in found)
    return found


def issue():
    """Number the receipts that are due."""
    db.session.rollback()
    organisation = Organisation("The Lantern", "4 Mill Lane")
    for receipt_id in db.session.scalars(select(Receipt.id).where(Receipt.state == "due").order_by(Receipt.id)).all():
        draft = receipts.draft(
            db.session.get_one(Receipt, receipt_id), organisation=organisation, base_url="https://l.test"
        )
        with writing():
            receipts.issue(receipt_id, draft, organisation=organisation, base_url="https://l.test")


def test_a_card_gift_says_its_receipt_fee_net_donor_and_consent(app):
    account = Account(fee=50)
    typed = a_gift(name="Conor O'Brien", email="conor@example.org", name_may_be_shown=True)
    gift = a_pledge(an_appeal(), "a", typed).reference
    charged = account.gives(gift)
    books_kept.deliver_all(app, account)
    issue()
    worker_clock.attach()
    donor = db.session.scalars(select(Donor.reference)).one()
    number = db.session.scalars(select(Receipt)).one().printed_number
    (row,) = listed(names=True)
    assert row == {
        "kind": "donation", "reference": gift, "received_on": "2026-07-01", "receipt": number,
        "appeal": "Keep the press turning", "branch": "", "method": "card", "currency": "gbp", "amount": "25.00",
        "kept": "25.00", "fee": "0.50", "net": "24.50", "donor": donor, "consents": "name may be shown",
        "name": "Conor O'Brien", "email": "conor@example.org", "address": "", "postcode": "",
    }  # fmt: skip
    account.gives_back(charged, 1000)
    books_kept.deliver_all(app, account)
    assert (listed()[0]["kept"], listed()[0]["net"], listed()[0]["receipt"]) == ("15.00", "14.50", "")
    issue()
    second = db.session.scalars(select(Receipt).order_by(Receipt.id.desc())).first().printed_number
    assert listed()[0]["receipt"] == second != number
    assert "name" not in listed()[0]


def test_counted_cash_and_cheques_stand_among_the_gifts_in_the_order_of_their_days():
    appeal, branch = an_appeal(), a_branch().id
    yesterday = clock.today() - timedelta(days=1)
    cheque, sheet = a_cheque(appeal, 700).reference, a_count(appeal, day=yesterday, branch_id=branch).reference
    rows = listed()
    assert [(each["kind"], each["reference"], each["method"], each["amount"]) for each in rows] == [
        ("cash count", sheet, "cash", "13.00"),
        ("donation", cheque, "cheque", "7.00"),
    ]
    assert [(each["fee"], each["net"], each["branch"]) for each in rows] == [
        ("0.00", "13.00", "Ambleford"), ("0.00", "7.00", "")
    ]  # fmt: skip
    assert [each["kind"] for each in listed(to_on=yesterday)] == ["cash count"]
    assert [each["kind"] for each in listed(appeal="other")] == []


def test_a_sheet_that_is_all_from_people_with_a_name_is_no_cash_count():
    counted = Count(
        "Market Square", clock.today(), COUNTERS, {1000: 1, 100: 3},
        named=(HandGift(amount=Money(1300, "gbp"), given_on=clock.today(), name="Ida Brandt"),),
    )  # fmt: skip
    appeal = an_appeal()
    with writing():
        counts.count(appeal, counted, submission="sheet-1", by="treasurer")
    assert [(each["kind"], each["amount"]) for each in listed()] == [("donation", "13.00")]


def test_a_gift_whose_fee_is_not_known_yet_has_none_and_a_pledge_is_not_there(app):
    account, appeal = Account(), an_appeal()
    gift = a_pledge(appeal, "a").reference
    a_pledge(appeal, "b")
    account.gives(gift)
    books_kept.deliver(app, account.events[0])
    (row,) = listed()
    assert (row["reference"], row["fee"], row["net"]) == (gift, "", "")


def test_a_donor_who_was_merged_stands_under_the_one_they_were_merged_into(app):
    account, appeal = Account(), an_appeal()
    for number in range(3):
        account.gives(a_pledge(appeal, f"n{number}", a_gift(email=f"{number}@example.org")).reference)
    books_kept.deliver_all(app, account)
    worker_clock.attach()
    first, second, third = db.session.scalars(select(Donor).order_by(Donor.id)).all()
    with writing():
        merging.merge(second, third)
        merging.merge(first, second)
    assert {each["donor"] for each in listed()} == {first.reference}
    assert db.session.query(Donation).count() == 3


def test_what_the_list_leaves_out_is_said_in_the_same_words_everywhere():
    assert [str(each) for each in exports.LEFT_OUT] == list(table.LEFT_OUT)
