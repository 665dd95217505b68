"""Gifts in the office: found in one field, kept apart by branch, and each with its whole timeline."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import event, insert, select

from app.appeals.appeal import Appeal
from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations.donation import IN_KIND, Donation
from app.donors.donor import Note
from app.services import services
from app.worker import clock
from tests import books_kept
from tests.cast import a_gift, a_pledge, an_appeal
from tests.office.offline.hand_pages import page, said
from tests.offline.hands import a_branch, a_gift_by
from tests.stripe_account import DAY, Account


@pytest.fixture
def account(app):
    """A gift of £25 that was partly given back, disputed and paid out; and one by somebody else."""
    account, appeal = Account(), an_appeal()
    first = a_pledge(appeal, "one", a_gift(name="Łucja Okoń", email="lucja@example.org", message="Keep on")).reference
    second = a_pledge(appeal, "two", a_gift(4000, name="Ada Byron", email="ada@example.org")).reference
    a_pledge(appeal, "three", a_gift(900, name="Lucas Never-Paid", email="lucas@example.org"))
    charged = account.gives(first)
    account.gives(second, 4000)
    account.now += DAY
    account.gives_back(charged, 1000)
    account.disputes_it(charged, 500)
    account.now += DAY
    account.pays_out()
    books_kept.deliver_all(app, account)
    clock.attach()
    services(app).gateway = account
    db.session.rollback()
    return account


def names(answer):
    assert answer.status_code == 200
    return [each.text for each in page(answer).select("td a")]


def gift(name):
    return db.session.scalars(select(Donation).where(Donation.name == name)).one()


def test_gifts_are_listed_newest_first_and_found_by_what_one_has(account, signed_in):
    client = signed_in("treasurer")
    assert names(client.get("/office/donations/")) == ["Ada Byron", "Łucja Okoń"]
    for words, found in (
        ("luc", ["Lucas Never-Paid", "Łucja Okoń"]),
        ("ADA@example.org", ["Ada Byron"]),
        (gift("Ada Byron").reference, ["Ada Byron"]),
        ("nobody", []),
    ):
        assert names(client.get("/office/donations/", query_string={"q": words})) == found
    assert names(client.get("/office/donations/?state=pledged")) == ["Lucas Never-Paid"]
    assert names(client.get("/office/donations/?least=30")) == ["Ada Byron"]
    assert names(client.get("/office/donations/?since=2026-07-01&until=2026-07-01")) == ["Ada Byron", "Łucja Okoń"]
    assert names(client.get("/office/donations/?until=30/6/2026")) == []
    assert "£10.00 refunded" in said(client.get("/office/donations/"))


def test_what_cannot_be_looked_for_is_said_and_kept(account, signed_in):
    answer = signed_in("auditor").get("/office/donations/?least=ten&since=someday")
    assert answer.status_code == 422
    assert "Enter an amount in figures" in said(answer)
    assert 'value="ten"' in answer.text
    assert "open" in page(answer).select_one("form.search details").attrs


def test_the_page_of_a_gift_tells_its_whole_story_in_order(account, signed_in):
    client = signed_in("treasurer")
    answer = client.get(f"/office/donations/{gift('Łucja Okoń').reference}")
    steps = [re.sub(r"\s+", " ", each.text).strip() for each in page(answer).select(".timeline__words")]
    told = " | ".join(steps)
    for words in (
        "£25.00 received", "card gift received, £25.00", "Stripe's fee, £0.50",
        "Refund of £10.00 made in Stripe’s Dashboard: done", "The donor’s bank disputes £5.00: fraudulent",
        "Sent to the bank in the payout of",
    ):  # fmt: skip
        assert words in told, words
    assert told.index("£25.00 received") < told.index("The donor’s bank") < told.index("Sent to the bank")
    text = said(answer)
    assert "Keep on" in text
    for kind in ("charge.succeeded", "refund.created", "charge.dispute.created"):
        assert kind in text
    assert text.count("charge.succeeded") == 1


def test_a_note_is_kept_with_who_wrote_it_and_an_empty_one_is_not(account, signed_in):
    client, reference = signed_in("treasurer"), gift("Ada Byron").reference
    address = f"/office/donations/{reference}"
    assert client.post(f"{address}/notes", data={"text": "  "}).status_code == 422
    assert client.post(f"{address}/notes", data={"text": "Rang <b>us</b>"}).status_code == 303
    assert "Rang <b>us</b>" in said(client.get(address))
    assert "Nasreen Akhtar" in said(client.get(address))
    assert db.session.scalars(select(Note.subject)).all() == [f"donation:{reference}"]
    assert "donation.noted" in db.session.scalars(select(AuditRecord.action)).all()


def test_an_auditor_reads_all_of_it_and_is_offered_nothing(account, signed_in):
    answer = signed_in("auditor").get(f"/office/donations/{gift('Ada Byron').reference}")
    assert answer.status_code == 200
    assert "Refund this gift" not in answer.text
    assert [form["action"] for form in page(answer).select("main form")] == []


def test_another_branch_s_gifts_are_not_there(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    mine = a_gift_by(IN_KIND, appeal, branch_id=own.id, submission="own").reference
    theirs = a_gift_by(IN_KIND, appeal, branch_id=other.id, submission="other").reference
    client = signed_in("branch_treasurer", branch_id=own.id)
    listed = page(client.get("/office/donations/")).select("td a")
    assert [each["href"] for each in listed] == [f"/office/donations/{mine}"]
    assert names(client.get("/office/donations/", query_string={"q": theirs})) == []
    assert client.get(f"/office/donations/{mine}").status_code == 200
    assert client.get(f"/office/donations/{theirs}").status_code == 404
    assert client.post(f"/office/donations/{theirs}/notes", data={"text": "x"}).status_code == 404
    assert client.get("/office/donors/").status_code == 403


def test_pages_ask_the_same_number_of_questions_however_many_gifts_there_are(account, signed_in):
    client, asked = signed_in("treasurer"), []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    addresses = ("/office/donations/", "/office/donations/?q=a", "/office/donations/?least=2", "/office/donors/")

    def questions():
        counts = []
        for address in addresses:
            asked.clear()
            assert client.get(address).status_code == 200
            counts.append(len(asked))
        return counts

    few = questions()
    appeal_id = db.session.scalars(select(Appeal.id)).first()
    day = gift("Ada Byron").received_at
    rows = [
        {
            "reference": f"{number:024x}", "appeal_id": appeal_id, "amount_minor": 500, "currency": "gbp",
            "state": "received", "method": "card", "pledged_at": day, "received_at": day, "charge_id": f"ch_x{number}",
            "name": f"Anna {number}", "email": f"{number}@example.org", "name_may_be_shown": False,
            "submission": f"s{number}", "checkout_key": f"k{number}",
        }
        for number in range(300)
    ]  # fmt: skip
    with writing() as session:
        session.execute(insert(Donation), rows)
    clock.attach()
    assert questions() == few
    older = page(client.get("/office/donations/")).select_one(".pager a")["href"]
    assert len(names(client.get(older))) == 50


def test_what_was_found_is_added_up_and_taken_out_with_names_only_when_asked(account, signed_in):
    client = signed_in("treasurer")
    assert "1 gift received: £15.00 after refunds, of £25.00" in said(client.get("/office/donations/?q=okon"))
    plain = client.post("/office/donations/export?q=okon")
    assert plain.mimetype == "text/csv"
    assert gift("Łucja Okoń").reference in plain.text
    assert "Okoń" not in plain.text
    assert gift("Ada Byron").reference not in plain.text
    named = client.post("/office/donations/export/names?q=okon")
    assert "lucja@example.org" in named.text
    assert client.post("/office/donations/export?q=nobody").status_code == 303
    book = client.post("/office/donations/export/names?q=okon", data={"format": "xlsx"})
    assert b"lucja@example.org" in ZipFile(BytesIO(book.data)).read("xl/worksheets/sheet1.xml")
    assert client.post("/office/donations/export?q=okon", data={"format": "exe"}).status_code == 400
    assert db.session.scalars(select(AuditRecord.action)).all() == ["export.made"] * 3


def test_an_auditor_may_take_out_what_was_found(account, signed_in):
    client = signed_in("auditor")
    assert "Export" in said(client.get("/office/donations/?q=okon"))
    assert client.post("/office/donations/export?q=okon").mimetype == "text/csv"


def heads(answer):
    """The headings by which a list can be sorted, each with how it is sorted now and where it leads."""
    found = page(answer).select("thead th:has(a)")
    return {each.a.find(string=True): (each.get("aria-sort"), each.a["href"]) for each in found}


def test_the_headings_sort_the_list_in_both_directions_and_say_how(account, signed_in):
    client = signed_in("auditor")
    shown = client.get("/office/donations/?state=received")
    assert {name: now for name, (now, _) in heads(shown).items()} == {
        "Date": "descending",
        "Donor": None,
        "Amount": None,
    }
    by_name = client.get(heads(shown)["Donor"][1])
    assert heads(by_name)["Donor"][0] == "ascending"
    assert names(by_name) == sorted(names(by_name))
    turned = client.get(heads(by_name)["Donor"][1])
    assert heads(turned)["Donor"][0] == "descending"
    assert names(turned) == names(by_name)[::-1]
    largest = client.get(heads(turned)["Amount"][1])
    assert heads(largest) == {
        "Date": (None, "/office/donations/?state=received&order=newest"),
        "Donor": (None, "/office/donations/?state=received&order=a-z"),
        "Amount": ("descending", "/office/donations/?state=received&order=smallest"),
    }
