"""Gifts without an email address: they have a donor, and a receipt that is printed and handed over or posted."""

from sqlalchemy import func, select

from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations import receipts
from app.donations.by_hand import GiftByHand
from app.donations.donation import Donation
from app.donations.donors import donor_list
from app.donations.standing_order import StandingOrder
from app.donors.donor import Donor
from app.money import Money
from app.offline import standing_orders
from app.receipts import filing
from app.receipts.receipt import Receipt
from tests.cast import an_appeal
from tests.office.offline.hand_pages import filled, page, said
from tests.offline.hands import a_branch, a_cheque

NEW = "/office/cheques/new"


def a_cheque_by(client, amount="25", name="Ngozi Okafor", **typed):
    sent = filled(client, NEW, amount=amount, name=name, what=f"1004{amount}") | typed
    return client.post("/office/cheques/", data=sent)


def made(settings):
    """Issue and file what is due, as the worker does; the PDF is a stand-in."""
    db.session.rollback()
    for receipt_id in db.session.scalars(select(Receipt.id).where(Receipt.state == "due")).all():
        receipt = db.session.get_one(Receipt, receipt_id)
        draft = receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
        with writing():
            receipts.issue(receipt_id, draft, organisation=settings.organisation, base_url=settings.base_url)
            filing.file(receipt_id, b"%PDF")
    db.session.rollback()


def gifts():
    db.session.rollback()
    return db.session.scalars(select(Donation).order_by(Donation.id)).all()


def donors():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Donor))


def test_a_gift_by_somebody_new_makes_a_donor_and_a_receipt_on_paper(app, settings, signed_in):
    an_appeal()
    client = signed_in("treasurer")
    assert a_cheque_by(client, address="4 Mill Lane", postcode="AM1 2QX").status_code == 303
    (gift,) = gifts()
    donor = db.session.get_one(Donor, gift.donor_id)
    assert (donor.name, donor.postcode) == ("Ngozi Okafor", "AM1 2QX")
    made(settings)
    text = said(client.get(f"/office/donations/{gift.reference}"))
    assert "on paper, to print and hand over or post" in text
    assert page(client.get("/office/today/")).find("a", string="1 paper receipt to hand over or post")
    assert "Ngozi Okafor" in said(client.get("/office/paper-receipts/"))
    assert client.post(f"/office/paper-receipts/{gift.reference}", data={"how": "posted"}).status_code == 303
    text = said(client.get(f"/office/donations/{gift.reference}"))
    assert "posted on" in text
    assert "posted by Nasreen Akhtar" in text
    assert "No receipts waiting" in said(client.get("/office/paper-receipts/"))
    assert db.session.scalars(select(AuditRecord.action)).all() == ["gift.entered", "receipt.given"]
    client.post(f"/office/paper-receipts/{gift.reference}", data={"how": "handed"})
    assert db.session.scalars(select(Receipt.given_how)).one() == "posted"


def test_a_name_that_is_known_is_asked_about_and_chosen(app, signed_in):
    an_appeal()
    client = signed_in("treasurer")
    a_cheque_by(client, postcode="AM1 2QX")
    answer = a_cheque_by(client, "30")
    assert answer.status_code == 422
    choices = page(answer).select("input[name=donor]")
    assert len(choices) == 2
    assert "Ngozi Okafor, AM1 2QX" in said(answer)
    assert a_cheque_by(client, "30", donor=choices[0]["value"]).status_code == 303
    assert donors() == 1
    first, second = gifts()
    assert second.donor_id == first.donor_id
    assert second.postcode == "AM1 2QX"
    assert a_cheque_by(client, "35", donor="new").status_code == 303
    assert donors() == 2
    assert donor_list.given(db.session.get_one(Donor, first.donor_id))[0].net_amount.minor == 5500


def test_whoever_gives_without_a_name_has_neither_donor_nor_receipt(app, signed_in):
    an_appeal()
    assert a_cheque_by(signed_in("treasurer"), name="").status_code == 303
    assert (donors(), db.session.scalars(select(Receipt)).all()) == (0, [])


def test_who_pays_by_standing_order_is_a_donor_and_so_is_each_payment_theirs(app, signed_in):
    an_appeal()
    client = signed_in("treasurer")
    sent = filled(client, "/office/standing-orders/new", amount="10", payer="MS A BYRON")
    assert client.post("/office/standing-orders/", data=sent).status_code == 303
    first = db.session.scalars(select(StandingOrder)).one()
    assert db.session.get_one(Donor, first.donor_id).name == "MS A BYRON"
    with writing():
        order = db.session.get_one(StandingOrder, first.id)
        standing_orders.pay(order, Money(1000, "gbp"), "bank:l1", order.since)
    (gift,) = gifts()
    assert gift.donor_id == first.donor_id
    assert db.session.get_one(GiftByHand, gift.id).standing_order_id == first.id
    assert db.session.scalars(select(Receipt.on_paper)).one() is True


def test_another_branch_s_receipts_are_not_there(app, settings, signed_in):
    appeal, branch, another = an_appeal(), a_branch(), a_branch("Rivermouth", "South")
    ours = a_cheque(appeal, name="Ngozi Okafor", branch_id=branch.id)
    theirs = a_cheque(appeal, name="Ada Byron", branch_id=another.id, submission="gift-2")
    made(settings)
    client = signed_in("branch_treasurer", branch_id=branch.id)
    text = said(client.get("/office/paper-receipts/"))
    assert "Ngozi Okafor" in text
    assert "Ada Byron" not in text
    assert client.post(f"/office/paper-receipts/{theirs.reference}", data={"how": "posted"}).status_code == 404
    assert client.post(f"/office/paper-receipts/{ours.reference}", data={"how": "posted"}).status_code == 303
