"""Payouts in the office: parts, sum, payout and difference, as the command shows them."""

import pytest

from app import clock
from app.extensions import db
from app.payments.payout import PAID, KeptPayout
from app.payments.transaction import StripeTransaction
from app.writing import writing
from tests.office.books import page, rows, words


@pytest.fixture
def two(app):
    """A payout that a part of £90.00 leaves £10.00 short, and one made by hand."""
    moment = clock.now()
    same = {"currency": "gbp", "status": PAID, "created_at": moment, "arrives_at": moment}
    with writing():
        db.session.add(KeptPayout(payout_id="po_auto", amount_minor=10000, automatic=True, **same))
        db.session.add(KeptPayout(payout_id="po_hand", amount_minor=700, automatic=False, **same))
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
    assert by_hand[1:] == ["po_hand", "By hand, not provable", "–", "–", "£7.00", "–"]


@pytest.mark.usefixtures("two")
def test_one_payout_shows_the_lines_that_do_not_fit(signed_in):
    found = page(signed_in("treasurer").get("/office/payouts/po_auto"))
    assert "£10.00" in words(found.select_one("dl"))
    assert rows(found.table)[1:] == [
        ["txn_1", "charge ch_1", "£90.00", "£0.00"],
        ["txn_2", "charge po_auto", "-£100.00", "£0.00"],
    ]


@pytest.mark.usefixtures("two")
def test_a_payout_made_by_hand_is_said_not_to_be_provable(signed_in):
    assert "cannot be taken apart" in page(signed_in("treasurer").get("/office/payouts/po_hand")).text


def test_without_payouts_the_page_says_where_they_will_come_from(app, signed_in):
    assert "No payouts yet" in page(signed_in("treasurer").get("/office/payouts/")).text


def test_an_unknown_payout_is_not_there(app, signed_in):
    assert signed_in("treasurer").get("/office/payouts/po_none").status_code == 404


def test_more_payouts_than_fit_are_on_a_second_page(app, signed_in):
    moment = clock.now()
    with writing():
        for number in range(52):
            db.session.add(
                KeptPayout(
                    payout_id=f"po_{number}", amount_minor=1, currency="gbp", automatic=True, status=PAID,
                    created_at=moment, arrives_at=moment,
                )
            )  # fmt: skip
    client = signed_in("treasurer")
    older = page(client.get("/office/payouts/")).select_one("a[rel=next]")["href"]
    assert [row[1] for row in rows(page(client.get(older)).table)[1:]] == ["po_1", "po_0"]
