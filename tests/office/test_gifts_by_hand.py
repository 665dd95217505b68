"""Transfers and gifts in kind in the office, and the page of any gift by hand."""

from sqlalchemy import select

from app.donations.donation import BANK_TRANSFER, IN_KIND, Donation
from app.extensions import db
from tests.cast import an_appeal
from tests.donations.hands import a_branch, a_gift_by, raised_by
from tests.office.hand_pages import filled, page, said


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


def test_a_transfer_is_entered_and_reversed(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    address = "/office/gifts-by-hand/new/bank-transfer"
    client.post(address, data=filled(client, address, amount="60", name="Ida Brandt", what="BRANDT"))
    gift = db.session.scalars(select(Donation)).one()
    assert "Announced" in said(client.get("/office/gifts-by-hand/?method=bank-transfer"))
    assert "There is nothing here yet" in said(client.get("/office/gifts-by-hand/?method=in-kind"))
    client.post(
        f"/office/gifts-by-hand/{gift.reference}/correction", data={"reason": "another appeal’s", "confirmed": "yes"}
    )
    assert raised_by(appeal) == (0, 0)
    assert "another appeal’s" in said(client.get(f"/office/gifts-by-hand/{gift.reference}"))


def test_a_method_that_is_not_entered_here_is_not_there(app, signed_in):
    an_appeal()
    client = signed_in("treasurer")
    for method in ("card", "cash", "pigeon"):
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
    assert client.post(f"{address}/correction", data={"reason": "mine"}).status_code == 404
    assert raised_by(appeal) == (5000, 2)
