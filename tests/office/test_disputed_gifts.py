"""Disputed gifts in the office: named, answered at Stripe, and never given back a second time."""

import pytest
from sqlalchemy import select

from app.database import db
from app.donations.donation import Donation
from app.services import services
from app.worker import clock
from tests import books_kept
from tests.cast import a_gift, a_pledge, an_appeal
from tests.office.offline.hand_pages import page, said
from tests.stripe_account import DAY, Account


@pytest.fixture
def account(app):
    """£25 of Łucja's, of which £10 is disputed, and £40 of Ada's, who has been given £5 back."""
    account, appeal = Account(), an_appeal()
    first = a_pledge(appeal, "one").reference
    second = a_pledge(appeal, "two", a_gift(4000, name="Ada Byron", email="ada@example.org")).reference
    charged = account.gives(first)
    account.gives_back(account.gives(second, 4000), 500)
    account.now += DAY
    account.disputed = account.disputes_it(charged, 1000)
    settle(app, account)
    services(app).gateway = account
    return account


def settle(app, account):
    books_kept.deliver_all(app, account)
    clock.attach()
    db.session.rollback()


def gift(name="Łucja Okoń"):
    return db.session.scalars(select(Donation).where(Donation.name == name)).one()


def test_the_exception_names_the_gift_the_donor_and_the_page_at_stripe(account, signed_in):
    found = page(signed_in("treasurer").get("/office/exceptions/")).main
    ways = {each.text: each["href"] for each in found.select("td a")}
    assert ways["Gift of Łucja Okoń"] == f"/office/donations/{gift().reference}"
    assert ways["Answer at Stripe"] == f"https://dashboard.stripe.com/test/disputes/{account.disputed['id']}"


def test_its_gift_says_so_at_the_top_and_does_not_offer_to_give_it_back(account, signed_in):
    client = signed_in("treasurer")
    found = page(client.get(f"/office/donations/{gift().reference}")).main
    assert "disputes £10.00 of this gift" in found.select_one(".notice").text
    assert found.select_one(".notice a")["href"].endswith(account.disputed["id"])
    assert "Refund this gift" not in found.text
    assert "Refund this gift" in said(client.get(f"/office/donations/{gift('Ada Byron').reference}"))
    assert "disputes this gift" in said(client.get(f"/office/refunds/{gift().reference}"))


def test_a_refund_that_is_sent_all_the_same_is_refused_and_never_advises_to_pay_by_bank(account, signed_in):
    sent = {"amount": "5", "reason": "She asked", "shown": "2500", "confirmed": "yes"}
    answer = signed_in("treasurer").post(f"/office/refunds/{gift().reference}", data=sent)
    assert answer.status_code == 409
    assert "Answer the dispute or accept it at Stripe" in said(answer)
    assert [each["amount"] for each in account.refunds.values()] == [500]


def test_a_dispute_that_reached_stripe_first_is_what_the_refused_refund_speaks_of(app, account, signed_in):
    account.refuses_refunds = True
    ada = gift("Ada Byron")
    client = signed_in("treasurer")
    sent = {"amount": "5", "reason": "She asked", "shown": "3500", "confirmed": "yes"}
    client.post(f"/office/refunds/{ada.reference}", data=sent)
    assert "Failed refunds" in said(client.get("/office/exceptions/"))
    account.disputes_it(account.charges[ada.charge_id], 3500)
    settle(app, account)
    text = said(client.get("/office/exceptions/"))
    assert "Refunds refused because the payment is disputed" in text
    assert "Failed refunds" not in text
    assert "by bank" not in text


def test_lists_and_the_donor_say_what_was_lost_and_count_what_is_kept(app, account, signed_in):
    client = signed_in("treasurer")
    assert "Disputed" in said(client.get("/office/donations/"))
    account.decides(account.disputed, "lost")
    settle(app, account)
    text = said(client.get("/office/donations/?q=okon"))
    assert "£10.00 lost in a dispute" in text
    assert "Disputed" not in text
    assert "£5.00 refunded" in said(client.get("/office/donations/?q=byron"))
    donors_listed = said(client.get("/office/donors/"))
    assert "£15.00 of £25.00" in donors_listed
    assert "£35.00 of £40.00" in donors_listed
    of_lucja = page(client.get("/office/donors/?q=okon")).select_one("td a")["href"]
    assert "£15.00 in one gift" in said(client.get(of_lucja))
