"""Receipting: what a gift's receipt says comes from the gift, and its mail thanks without asking for more."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from app import clock
from app.config import Organisation
from app.database import db, writing
from app.donations import receipts
from app.donations.donation import Donation
from app.receipts import filing, issuing, printing
from app.receipts.receipt import Receipt
from tests.cast import a_pledge, an_appeal
from tests.offline.hands import a_gift_by
from tests.receipts.stage import a_due_receipt

ORGANISATION = Organisation("The Lantern", "4 Mill Lane\nAmbleford\nAM1 2QX", "Registered society 123")
BASE = "https://lantern.example"


def draft(receipt: Receipt):
    return receipts.draft(receipt, organisation=ORGANISATION, base_url=BASE)


def rendered(receipt: Receipt) -> Receipt:
    facts = draft(receipt)
    with writing():
        issuing.issue(receipt.id, facts)
    with writing():
        filing.file(receipt.id, b"%PDF")
    return db.session.get_one(Receipt, receipt.id)


def test_a_draft_says_who_gave_what_for_what_and_to_whom(app):
    receipt = a_due_receipt(minor=12_345, address="1 Quay Street\r\nAmbleford", postcode="AM1 2QX")
    facts = draft(receipt)
    assert (facts.amount_minor, facts.currency, facts.method) == (12_345, "gbp", "card")
    assert (facts.donor, facts.donor_address) == ("Łucja Okoń", ("1 Quay Street", "Ambleford", "AM1 2QX"))
    assert facts.appeal == "Keep the press turning"
    assert facts.organisation_address == "4 Mill Lane, Ambleford, AM1 2QX"
    assert facts.link == f"{BASE}/receipts/{receipt.reference}"
    assert facts.donation == db.session.get_one(Donation, receipt.donation_id).reference
    assert (facts.number, facts.issued_on) == ("", "")


@pytest.mark.parametrize(("method", "words"), [("cheque", "By cheque"), ("cash", "In cash"), ("in-kind", "In kind")])
def test_a_receipt_says_how_a_gift_came_that_did_not_come_by_card(app, method, words):
    gift = a_gift_by(method, an_appeal(), 4000, email="lucja@example.org")
    receipt = db.session.scalars(select(Receipt).where(Receipt.donation_id == gift.id)).one()
    facts = draft(receipt)
    assert (facts.method, facts.amount_minor) == (method, 4000)
    assert words in printing.page(replace(facts, number="2026-000001", issued_on="2026-07-08"))


def test_the_day_it_was_received_is_the_local_one(app):
    receipt = a_due_receipt()
    with writing():
        # Half past midnight on 1 July in London.
        db.session.execute(update(Donation).values(received_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC)))
    assert draft(receipt).received_on == "2026-07-01"


def test_a_gift_that_was_not_received_has_no_receipt(app):
    donation = a_pledge(an_appeal())
    waiting = Receipt(donation_id=donation.id, place=1, reference="x", state="due")
    with pytest.raises(receipts.NotReceived):
        draft(waiting)


def test_what_is_frozen_outlives_changes_to_gift_and_appeal(app):
    receipt = rendered(a_due_receipt())
    with writing():
        db.session.execute(update(Donation).values(name="Somebody Else"))
    again = receipts.mail(db.session.get_one(Receipt, receipt.id))
    assert "Dear Łucja Okoń," in again.text
    assert "Somebody" not in again.text + again.html


def test_the_mail_says_what_the_receipt_says_and_brings_it(app):
    mail = receipts.mail(rendered(a_due_receipt()))
    year = clock.today().year
    assert mail.to == "lucja@example.org"
    assert mail.subject == f"Receipt {year}-000001 from The Lantern"
    page = BeautifulSoup(mail.html, "html.parser")
    for words in (mail.text, page.get_text()):
        for expected in ("£25.00", "Keep the press turning", f"{year}-000001", "The Lantern", "Dear Łucja Okoń"):
            assert expected in words
    assert f"{BASE}/receipts/" in mail.text
    assert page.a["href"].startswith(f"{BASE}/receipts/")
    assert [(file.name, file.content) for file in mail.attachments] == [(f"receipt-{year}-000001.pdf", b"%PDF")]


def test_the_mail_asks_for_nothing_and_loads_nothing(app):
    mail = receipts.mail(rendered(a_due_receipt()))
    page = BeautifulSoup(mail.html, "html.parser")
    assert len(page.select("a")) == 1
    assert not page.select("img, link, script, form, iframe")
    assert "url(" not in mail.html
    assert not re.search(r"donate|give again|/appeals", mail.text + mail.html, re.IGNORECASE)


def test_the_mail_is_the_same_whenever_it_is_made_and_its_id_does_not_give_the_link_away(app, monkeypatch):
    receipt = rendered(a_due_receipt())
    first = receipts.mail(receipt)
    later = clock.now().replace(year=2030)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert receipts.mail(db.session.get_one(Receipt, receipt.id)) == first
    assert re.fullmatch(r"receipt-[0-9a-f]{32}@lantern\.example", first.message_id)
    assert receipt.reference not in first.message_id


def test_two_receipts_have_two_message_ids(app):
    appeal = an_appeal()
    ids = {receipts.mail(rendered(a_due_receipt(appeal, nonce))).message_id for nonce in ("one", "two")}
    assert len(ids) == 2


def test_what_a_giver_typed_is_words_in_the_mail_too(app):
    mail = receipts.mail(rendered(a_due_receipt(name='<a href="https://evil.example">Anna</a>\r\nBcc: x@y.example')))
    page = BeautifulSoup(mail.html, "html.parser")
    assert [link["href"] for link in page.select("a")] == [mail_link(mail.text)]
    assert "\r" not in mail.subject + mail.text
    assert 'Dear <a href="https://evil.example">Anna</a> Bcc: x@y.example,' in mail.text


def mail_link(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(BASE))


def test_a_receipt_without_pdf_or_address_has_no_mail(app):
    receipt = a_due_receipt()
    with pytest.raises(receipts.NotRendered):
        receipts.mail(receipt)
    receipt = rendered(receipt)
    with writing():
        db.session.execute(update(Donation).values(email=None))
    with pytest.raises(receipts.NoAddress):
        receipts.mail(db.session.get_one(Receipt, receipt.id))


def test_a_receipt_without_a_name_greets_a_friend(app):
    receipt = a_due_receipt()
    with writing():
        db.session.execute(update(Donation).values(name=None))
    mail = receipts.mail(rendered(receipt))
    assert "Dear friend," in mail.text
    assert "Dear friend," in mail.html
