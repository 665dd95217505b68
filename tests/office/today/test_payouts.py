"""Payouts in the office: parts, sum, payout and difference, as the command shows them."""

import pytest
from sqlalchemy import select

from app import clock
from app.bank import taking_in
from app.bank.formats.contents import ReadFile, ReadLine
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations.donation import Donation
from app.money import Money
from app.payments.objects import StripeTransaction
from app.payments.payout import PAID, PENDING, Payout
from app.reconciliation.bank import confirming
from tests import books_kept
from tests.bank.bank import a_bank_account
from tests.cast import a_pledge, an_appeal
from tests.office.books.books import page, rows, words
from tests.stripe_account import Account


@pytest.fixture
def two(app):
    """A payout that a part of £90.00 leaves £10.00 short, and one made by hand."""
    moment = clock.now()
    same = {"currency": "gbp", "status": PAID, "created_at": moment, "arrives_at": moment}
    with writing():
        db.session.add(Payout(payout_id="po_auto", amount_minor=10000, automatic=True, **same))
        db.session.add(Payout(payout_id="po_hand", amount_minor=700, automatic=False, **same))
        for name, source, minor in (("txn_1", "ch_1", 9000), ("txn_2", "po_auto", -10000)):
            db.session.add(
                StripeTransaction(
                    txn_id=name, source_id=source, type="charge", amount_minor=minor, fee_minor=0, net_minor=minor,
                    currency="gbp", created_at=moment, available_on=moment, payout_id="po_auto",
                )
            )  # fmt: skip


@pytest.mark.usefixtures("two")
def test_each_payout_shows_its_parts_their_sum_and_what_they_leave_unexplained(signed_in):
    by_hand, automatic = rows(page(signed_in("auditor").get("/office/payouts/")).table)[1:]
    assert automatic[1:] == ["po_auto", "Not reconciled", "1", "£90.00", "£100.00", "£10.00"]
    assert by_hand[1:] == ["po_hand", "Made by hand, cannot be checked", "–", "–", "£7.00", "–"]


@pytest.mark.usefixtures("two")
def test_one_payout_shows_the_lines_that_do_not_fit(signed_in):
    found = page(signed_in("treasurer").get("/office/payouts/po_auto"))
    assert "£10.00" in words(found.select_one("dl"))
    assert rows(found.table)[1:] == [
        ["txn_1", "charge ch_1", "£90.00", "£0.00"],
        ["txn_2", "charge po_auto", "-£100.00", "£0.00"],
    ]


def test_a_payout_lists_its_parts_with_their_gifts_and_the_bank_s_line(app, signed_in):
    account, appeal = Account(), an_appeal()
    charged = account.gives(a_pledge(appeal).reference)
    account.gives_back(charged, 500)
    paid = account.pays_out()
    books_kept.deliver_all(app, account)
    donation = db.session.scalars(select(Donation)).one()
    client = signed_in("treasurer")
    found = page(client.get(f"/office/payouts/{paid['id']}"))
    parts = rows(found.find("h2", string="Parts").find_next("table"))[1:]
    assert [each[1:] for each in parts] == [
        ["Łucja Okoń", "Gift", "£25.00", "£0.50", "£24.50"],
        ["Łucja Okoń", "Refund", "-£5.00", "£0.00", "-£5.00"],
    ]
    assert found.select_one("td a")["href"] == f"/office/donations/{donation.reference}"
    assert "Not yet" in words(found.select_one("dl"))
    bank = a_bank_account()
    with writing():
        read = ReadFile("csv", [ReadLine(0, clock.today(), Money(1950, "gbp"), "STRIPE")])
        taking_in.take_in(bank, read, b"csv", "ada")
        line = db.session.scalars(select(BankLine.reference)).one()
    with writing():
        confirming.confirm([line], [f"payout|payout:{paid['id']}"], "ada")
    shown = page(client.get(f"/office/payouts/{paid['id']}"))
    way = shown.find("a", string=lambda text: text and text.startswith("£19.50 on"))
    assert way["href"] == f"/office/bank/line/{line}"
    lined = page(client.get(way["href"], follow_redirects=True)).main
    assert lined.find("a", string=f"Payout {paid['id']}")["href"] == f"/office/payouts/{paid['id']}"
    assert lined.select_one("dl form button").text == "Undo"


@pytest.mark.usefixtures("two")
def test_a_payout_made_by_hand_is_said_not_to_be_provable(signed_in):
    assert "cannot be checked" in page(signed_in("treasurer").get("/office/payouts/po_hand")).text


def test_a_payout_that_stripe_has_not_sent_yet_shows_no_difference(app, signed_in):
    moment = clock.now()
    same = {"currency": "gbp", "status": PENDING, "created_at": moment, "arrives_at": moment}
    with writing():
        db.session.add(Payout(payout_id="po_coming", amount_minor=2450, automatic=True, **same))
    client = signed_in("treasurer")
    assert rows(page(client.get("/office/payouts/")).table)[1][1:] == [
        "po_coming", "Not sent yet", "–", "–", "£24.50", "–",
    ]  # fmt: skip
    shown = page(client.get("/office/payouts/po_coming")).main.text
    assert "Stripe has not sent this payout yet." in shown
    assert "Difference" not in shown


def test_without_payouts_the_page_says_where_they_will_come_from(app, signed_in):
    assert "No payouts yet" in page(signed_in("treasurer").get("/office/payouts/")).text


def test_an_unknown_payout_is_not_there(app, signed_in):
    assert signed_in("treasurer").get("/office/payouts/po_none").status_code == 404


def test_more_payouts_than_fit_are_on_a_second_page(app, signed_in):
    moment = clock.now()
    with writing():
        for number in range(52):
            db.session.add(
                Payout(
                    payout_id=f"po_{number}", amount_minor=1, currency="gbp", automatic=True, status=PAID,
                    created_at=moment, arrives_at=moment,
                )
            )  # fmt: skip
    client = signed_in("treasurer")
    older = page(client.get("/office/payouts/")).select_one("a[rel=next]")["href"]
    assert [row[1] for row in rows(page(client.get(older)).table)[1:]] == ["po_1", "po_0"]
