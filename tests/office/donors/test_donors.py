"""Donors in the office: found, corrected, noted, made one and taken apart again."""

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations.donation import Donation
from app.donations.donors import search as donor_search
from app.donations.donors.search import DonorFilter
from app.donations.exports import found_donors
from app.donors import merging
from app.donors.donor import Donor
from app.ledger.exports.snapshot import snapshot
from app.money import Money
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
    (record,) = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "donor.corrected")).all()
    assert record.subject.startswith("donor:")


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


def heads(answer):
    """The headings by which the list can be sorted, each with how it is sorted now and where it leads."""
    found = page(answer).select("thead th:has(a)")
    return {each.a.find(string=True): (each.get("aria-sort"), each.a["href"]) for each in found}


def test_the_headings_sort_donors_by_name_day_and_what_they_gave(people, signed_in):
    client = signed_in("auditor")
    shown = client.get("/office/donors/?q=o")
    assert {name: now for name, (now, _) in heads(shown).items()} == {"Name": "ascending", "Since": None, "Given": None}
    most = client.get(heads(client.get("/office/donors/"))["Given"][1])
    assert names(most)[0] == "Łucja Okoń"
    assert heads(most)["Given"] == ("descending", "/office/donors/?order=least")
    least = client.get("/office/donors/?order=least")
    assert names(least)[-1] == "Łucja Okoń"
    assert heads(least)["Given"][0] == "ascending"
    assert names(client.get("/office/donors/?order=z-a")) == ["Łucja Okoń", "L Okoń", "Ada Byron"]
    assert client.get("/office/donors/?order=sideways").status_code == 200


def test_what_was_found_is_counted_and_added_up_with_all_who_are_one_person(people, signed_in):
    client = signed_in("treasurer")
    assert "3 donors: £85.00" in said(client.get("/office/donors/"))
    assert "2 donors: £60.00" in said(client.get("/office/donors/?q=okon"))
    client.post(f"{address('lucja@example.org')}/merge", data={"other": "okon@example.org"})
    assert "1 donor: £60.00" in said(client.get("/office/donors/?q=oko"))


def test_donors_who_were_found_are_taken_out_with_what_they_gave_and_it_is_on_the_trail(people, signed_in):
    client = signed_in("treasurer")
    lucja, ada = donor("lucja@example.org").reference, donor("ada@example.org").reference
    client.post(f"{address('lucja@example.org')}/merge", data={"other": "okon@example.org"})
    answer = client.post("/office/donors/export?q=oko", data={"format": "csv"})
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(StringIO(answer.data.decode("utf-8-sig")))
    assert (row["reference"], row["name"], row["email"]) == (lucja, "Łucja Okoń", "lucja@example.org")
    assert (row["currency"], row["gifts"], row["amount"], row["kept"]) == ("gbp", "3", "60.00", "60.00")
    everybody = client.post("/office/donors/export", data={"format": "csv"})
    rows = csv.DictReader(StringIO(everybody.data.decode("utf-8-sig")))
    assert [each["reference"] for each in rows] == [lucja, ada]
    book = ZipFile(BytesIO(client.post("/office/donors/export", data={"format": "xlsx"}).data))
    assert "Ada Byron" in book.read("xl/worksheets/sheet1.xml").decode()
    assert client.post("/office/donors/export?q=nobody").status_code == 303
    assert client.post("/office/donors/export", data={"format": "exe"}).status_code == 400
    trail = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "donors.exported")).all()
    assert len(trail) == 3


def test_a_donor_without_a_gift_is_taken_out_too_and_no_name_begins_a_formula(people, signed_in):
    with writing() as session:
        session.add(Donor(name="=1+1 Okoro", address="4 Mill Lane\nAmbleford"))
    (row,) = csv.DictReader(
        StringIO(signed_in("treasurer").post("/office/donors/export?q=okoro").data.decode("utf-8-sig"))
    )
    assert (row["name"], row["address"]) == ("'=1+1 Okoro", "4 Mill Lane Ambleford")
    assert (row["currency"], row["gifts"], row["amount"], row["last_gift"]) == ("", "0", "", "")


def test_too_many_donors_are_added_up_when_asked_and_not_sorted_by_what_they_gave(people, signed_in, monkeypatch):
    monkeypatch.setattr(donor_search, "_AT_A_GLANCE", 2)
    client = signed_in("treasurer")
    shown = client.get("/office/donors/?order=most")
    assert "too many donors here to sort by what they gave" in said(shown)
    assert set(heads(shown)) == {"Name", "Since"}
    assert "3 donors: £85.00" in said(client.get(page(shown).find("a", string="Show the total")["href"]))


@pytest.mark.both_databases
@pytest.mark.parametrize("order", donor_search.ORDERS)
def test_every_order_shows_every_donor_once_in_both_directions(app, order):
    with writing() as session:
        session.add_all(Donor(name=f"Giver {n % 7}" if n % 3 else None, reference=f"{n:024x}") for n in range(130))
    wanted = DonorFilter(order=order)
    shown, found = donor_search.page(wanted), []
    while True:
        found += [each.reference for each in shown.rows]
        if shown.older is None:
            break
        shown = donor_search.page(wanted, older=shown.older)
    back = [each.reference for each in shown.rows]
    while shown.newer is not None:
        shown = donor_search.page(wanted, newer=shown.newer)
        back = [each.reference for each in shown.rows] + back
    assert back == found
    assert len(found) == len(set(found)) == 130


@pytest.mark.both_databases
def test_sums_and_files_of_donors_are_the_same_on_both_databases(app):
    appeal = an_appeal()
    account = Account()
    for number, name in enumerate(["Ada Byron", "George Byron", "Ngozi Okafor"]):
        account.gives(a_pledge(appeal, f"n{number}", a_gift(name=name, email=f"{number}@example.org")).reference)
    books_kept.deliver_all(app, account)
    clock.attach()
    with writing():
        merging.merge(donor("0@example.org"), donor("2@example.org"))
    wanted = DonorFilter("yron")
    found = donor_search.sums(wanted)
    assert found is not None
    assert (found.donors, [(each.net_amount, each.gifts) for each in found.given]) == (2, [(Money(7500, "gbp"), 3)])
    assert [each.name for each in donor_search.page(DonorFilter("yron", "most")).rows] == ["Ada Byron", "George Byron"]
    with snapshot() as connection:
        table = found_donors.table(connection, wanted)
        assert [(row[1], row[7], row[8]) for row in table.rows] == [
            ("Ada Byron", 2, "50.00"),
            ("George Byron", 1, "25.00"),
        ]
        assert (table.count, table.control) == (2, [["Control total", "GBP", "2 donors", "given 75.00", "kept 75.00"]])
