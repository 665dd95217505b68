"""Transfers and gifts in kind in the office, and the page of any gift by hand."""

from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations.by_hand import GiftByHand
from app.donations.donation import BANK_TRANSFER, IN_KIND, Donation
from tests.cast import an_appeal
from tests.office.offline.hand_pages import filled, page, said
from tests.offline.hands import a_branch, a_gift_by, a_transfer_booked_early, raised_by


def test_a_gift_in_kind_is_entered_at_its_value(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    typed = {"amount": "120", "name": "Mill Lane Printers", "what": "Twelve reams of paper, shop price"}
    address = "/office/gifts-by-hand/new/in-kind"
    assert client.post(address, data=filled(client, address, **{**typed, "what": ""})).status_code == 422
    assert client.post(address, data=filled(client, address, **typed)).status_code == 303
    assert raised_by(appeal) == (12000, 1)
    gift = db.session.scalars(select(Donation)).one()
    shown = said(client.get(f"/office/gifts-by-hand/{gift.reference}"))
    assert "Twelve reams of paper" in shown
    assert "In kind" in shown


def test_a_transfer_is_expected_and_withdrawn_and_never_in_the_total(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    address = "/office/gifts-by-hand/new/bank-transfer"
    client.post(address, data=filled(client, address, amount="60", name="Ida Brandt", what="BRANDT"))
    gift = db.session.scalars(select(Donation)).one()
    assert raised_by(appeal) == (0, 0)
    assert "Promised" in said(client.get("/office/gifts-by-hand/?method=bank-transfer"))
    assert "Ida Brandt" in said(client.get("/office/gifts-by-hand/?method=promised"))
    assert "No gifts yet" in said(client.get("/office/gifts-by-hand/?method=in-kind"))
    client.post(
        f"/office/gifts-by-hand/{gift.reference}/withdrawal", data={"reason": "changed their mind", "confirmed": "yes"}
    )
    assert "No gifts yet" in said(client.get("/office/gifts-by-hand/?method=promised"))
    shown = said(client.get(f"/office/gifts-by-hand/{gift.reference}"))
    assert "Withdrawn" in shown
    assert "changed their mind" in shown


def test_a_transfer_is_overdue_after_its_day(app, signed_in):
    appeal = an_appeal()
    a_gift_by(BANK_TRANSFER, appeal, given_on=clock.today() - timedelta(days=9), expected_on=clock.today())
    client = signed_in("treasurer")
    assert "Promised for 9 days" in said(client.get("/office/gifts-by-hand/?method=promised"))
    with writing():
        db.session.scalars(select(GiftByHand)).one().expected_on = clock.today() - timedelta(days=5)
    assert "Overdue for 5 days" in said(client.get("/office/gifts-by-hand/?method=promised"))
    assert "Promised transfers that have not arrived" in said(client.get("/office/exceptions/"))


def test_the_page_of_a_promised_gift_never_says_that_its_donor_went_on_to_pay(app, signed_in):
    gift = a_gift_by(BANK_TRANSFER, an_appeal())
    shown = said(signed_in("treasurer").get(f"/office/donations/{gift.reference}"))
    assert "A promise was entered in the office" in shown
    assert "went on to pay" not in shown


def test_a_promise_is_not_reversed(app, signed_in):
    gift = a_gift_by(BANK_TRANSFER, an_appeal())
    client = signed_in("treasurer")
    client.post(f"/office/gifts-by-hand/{gift.reference}/correction", data={"reason": "wrong"})
    assert "cannot be reversed here" in said(client.get(f"/office/gifts-by-hand/{gift.reference}"))


def test_a_transfer_that_was_booked_early_leaves_the_books_with_one_press(app, signed_in):
    appeal = an_appeal()
    gift = a_transfer_booked_early(appeal)
    client = signed_in("treasurer")
    assert "Transfers in the books but not on a statement" in said(client.get("/office/exceptions/"))
    listed = page(client.get("/office/gifts-by-hand/")).select_one("section[aria-labelledby=early]")
    assert "Łucja Okoń" in listed.text
    client.post(listed.form["action"])
    assert raised_by(appeal) == (0, 0)
    assert page(client.get("/office/gifts-by-hand/")).select_one("section[aria-labelledby=early]") is None
    assert "Promised" in said(client.get(f"/office/gifts-by-hand/{gift.reference}"))


def test_a_method_that_is_not_entered_here_is_not_there(app, signed_in):
    an_appeal()
    client = signed_in("treasurer")
    for method in ("card", "cheque", "pigeon"):
        assert client.get(f"/office/gifts-by-hand/new/{method}").status_code == 404


def test_another_branch_s_gifts_are_not_there(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    mine = a_gift_by(IN_KIND, appeal, branch_id=own.id, submission="own")
    theirs = a_gift_by(BANK_TRANSFER, appeal, branch_id=other.id, submission="other")
    client = signed_in("branch_treasurer", branch_id=own.id)
    links = [each["href"] for each in page(client.get("/office/gifts-by-hand/")).select("td a")]
    assert links == [f"/office/gifts-by-hand/{mine.reference}"]
    address = f"/office/gifts-by-hand/{theirs.reference}"
    assert client.get(address).status_code == 404
    for way in ("correction", "withdrawal", "promise"):
        assert client.post(f"{address}/{way}", data={"reason": "mine"}).status_code == 404
    assert raised_by(appeal) == (2500, 1)


def test_cash_from_a_named_person_is_entered_by_itself_and_needs_the_name(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    address = "/office/gifts-by-hand/new/cash"
    answer = client.post(address, data=filled(client, address, amount="20"))
    assert (answer.status_code, "Enter the name of the donor" in said(answer)) == (422, True)
    answer = client.post(address, data=filled(client, address, amount="20", name="Ida Brandt"))
    assert (answer.status_code, raised_by(appeal)) == (303, (2000, 1))
    assert "Ida Brandt" in said(client.get("/office/gifts-by-hand/?method=cash"))
    assert "Ida Brandt" in said(client.get("/office/paying-in/"))
