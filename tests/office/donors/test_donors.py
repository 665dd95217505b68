"""Donors in the office: found, corrected, noted, made one and taken apart again."""

import pytest
from sqlalchemy import select

from app.audit.trail import AuditRecord
from app.donations.donation import Donation
from app.donors.donor import Donor
from app.extensions import db
from app.worker import clock
from tests import books_kept
from tests.cast import a_gift, a_pledge, an_appeal
from tests.office.offline.hand_pages import page, said
from tests.plan_world import a_running_plan
from tests.stripe_account import Account


@pytest.fixture
def people(app):
    """Łucja with two addresses, and Ada: a gift each, and for Łucja a monthly one."""
    account, appeal = Account(), an_appeal()
    a_running_plan(appeal, "monthly", name="Łucja Okoń", email="lucja@example.org")
    for number, (name, email) in enumerate(
        [("Łucja Okoń", "lucja@example.org"), ("L Okoń", "okon@example.org"), ("Ada Byron", "ada@example.org")]
    ):
        account.gives(a_pledge(appeal, f"n{number}", a_gift(name=name, email=email)).reference)
    books_kept.deliver_all(app, account)
    clock.attach()


def donor(email):
    db.session.rollback()
    return db.session.scalars(select(Donor).where(Donor.email == email)).one()


def address(email, step=""):
    return f"/office/donors/{donor(email).reference}{step}"


def names(answer):
    return [each.text for each in page(answer).select("td a")]


def test_donors_are_found_by_any_word_of_a_name_or_an_address(people, signed_in):
    client = signed_in("auditor")
    assert sorted(names(client.get("/office/donors/"))) == ["Ada Byron", "L Okoń", "Łucja Okoń"]
    assert names(client.get("/office/donors/?q=lu")) == ["Łucja Okoń"]
    assert names(client.get("/office/donors/?q=byron")) == ["Ada Byron"]
    assert names(client.get("/office/donors/?q=okon")) == ["L Okoń", "Łucja Okoń"]
    assert names(client.get("/office/donors/?q=Okon@example.org")) == ["L Okoń"]
    assert "No donors found" in said(client.get("/office/donors/?q=nobody"))


def test_the_page_of_a_donor_says_what_they_gave(people, signed_in):
    text = said(signed_in("treasurer").get(address("lucja@example.org")))
    assert "£35.00 in 2 gifts" in text


def test_two_are_made_one_and_taken_apart_again(people, signed_in):
    client = signed_in("treasurer")
    first, second = address("lucja@example.org"), address("okon@example.org")
    assert client.post(f"{first}/merge", data={"other": "okon@example.org"}).status_code == 303
    text = said(client.get(first))
    assert "£60.00 in 3 gifts" in text
    assert "okon@example.org" in text
    assert "where all their gifts are shown" in said(client.get(second))
    assert sorted(names(client.get("/office/donors/"))) == ["Ada Byron", "Łucja Okoń"]
    again = client.post(f"{second}/merge", data={"other": "lucja@example.org"})
    assert "These donors are already merged" in said(again)
    assert client.post(f"{second}/unmerge").status_code == 303
    assert "£35.00 in 2 gifts" in said(client.get(first))
    assert "£25.00 in one gift" in said(client.get(second))
    assert client.post(f"{second}/unmerge").status_code == 404
    assert db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.id)).all() == [
        "donor.merged",
        "donor.unmerged",
    ]


def test_nobody_is_made_one_with_nobody_or_with_themselves(people, signed_in):
    client = signed_in("treasurer")
    here = address("ada@example.org")
    assert "No donor has this reference" in said(client.post(f"{here}/merge", data={"other": "nobody@example.org"}))
    assert "These donors are already merged" in said(client.post(f"{here}/merge", data={"other": "ada@example.org"}))


def test_corrected_details_are_used_for_letters_and_searches_from_now_on(people, signed_in):
    client = signed_in("treasurer")
    details = {"name": "Łucja Okoń-Brown", "email": "brown@example.org", "address": "1 Quay Street", "postcode": "AM1"}
    assert client.post(address("lucja@example.org", "/details"), data=details).status_code == 303
    assert names(client.get("/office/donations/?q=lucja okon-b")) == ["Łucja Okoń-Brown"] * 2
    gifts = db.session.scalars(select(Donation).where(Donation.name == "Łucja Okoń-Brown")).all()
    assert {(each.email, each.address) for each in gifts} == {("brown@example.org", "1 Quay Street")}
    assert donor("brown@example.org").email_key == "brown@example.org"
    (deed,) = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "donor.corrected")).all()
    assert deed.subject.startswith("donor:")


def test_an_address_that_another_donor_has_is_refused_with_what_to_do(people, signed_in):
    client = signed_in("treasurer")
    answer = client.post(address("ada@example.org", "/details"), data={"name": "Ada", "email": "Okon@example.org"})
    assert answer.status_code == 422
    assert "If they are the same person, merge the two donors." in said(answer)
    wrong = client.post(address("ada@example.org", "/details"), data={"name": "Ada", "email": "ada at example"})
    assert "Enter an email address in the correct format, like name@example.org" in said(wrong)
    assert donor("ada@example.org").name == "Ada Byron"


def test_a_note_about_a_donor_is_kept(people, signed_in):
    client, here = signed_in("treasurer"), address("ada@example.org")
    client.post(f"{here}/notes", data={"text": "Prefers letters"})
    assert "Prefers letters" in said(client.get(here))
