"""Counting a collection in the office: seen before it is taken, in the total at once, reversed with a reason."""

import pytest
from sqlalchemy import select

from app.audit.trail import AuditRecord
from app.database import db
from app.donations.count_sheet import CountSheet
from tests.cast import an_appeal
from tests.office.offline.hand_pages import filled, page, said
from tests.offline.hands import a_branch, a_count, expectations, raised_by

SHEET = {"place": "Market Square", "counter_two": "Tomos Rees", "n1000": "2", "n50": "3"}


def sheets():
    db.session.rollback()
    return db.session.scalars(select(CountSheet).order_by(CountSheet.id)).all()


def test_a_sheet_is_shown_with_its_total_and_taken_when_it_is_sent_again(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    first = client.post("/office/collections/", data=filled(client, "/office/collections/new", **SHEET))
    assert first.status_code == 200
    assert "The total is £21.50" in said(first)
    assert sheets() == []
    again = {each["name"]: each.get("value", "") for each in page(first).select("form.form input[name]")}
    answer = client.post("/office/collections/", data={**again, "appeal": appeal.reference})
    assert answer.status_code == 303
    [sheet] = sheets()
    assert (sheet.amount_minor, sheet.counter_one, sheet.pieces) == (2150, "Nasreen Akhtar", [[1000, 2], [50, 3]])
    assert raised_by(appeal) == (2150, 0)
    assert "Count saved: £21.50 is in the books." in said(client.get(answer.location))
    assert db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.id.desc())).first() == "count.entered"


def test_a_total_that_was_seen_while_typing_is_taken_at_once_and_only_once(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    data = filled(client, "/office/collections/new", **SHEET, shown="2150")
    assert [client.post("/office/collections/", data=data).status_code for _ in range(2)] == [303, 303]
    assert raised_by(appeal) == (2150, 0)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"counter_two": "nasreen  akhtar"}, "Enter two different names"),
        ({"n1000": "", "n50": ""}, "Enter the number of notes and coins"),
        ({"n1000": "two"}, "in figures, like 12"),
        ({"n1000": "１"}, "in figures, like 12"),
        ({"place": ""}, "Enter where it was collected"),
        ({"day": "2090-01-01"}, "today or in the past"),
        ({"day": "32/1/2026"}, "Enter a date, like"),
        ({"appeal": "elsewhere"}, "Select an appeal"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(app, signed_in, typed, words):
    an_appeal()
    client = signed_in("treasurer")
    answer = client.post("/office/collections/", data=filled(client, "/office/collections/new", **{**SHEET, **typed}))
    assert answer.status_code == 422
    assert words in said(answer)
    assert page(answer).select_one("#seal") is not None
    assert page(answer).select_one("#counter_two")["value"] == typed.get("counter_two", "Tomos Rees").strip()
    assert sheets() == []


def test_a_sheet_is_reversed_with_a_reason(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    sheet = a_count(appeal)
    address = f"/office/collections/{sheet.reference}"
    assert client.post(f"{address}/correction", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/correction", data={"reason": "one box twice", "confirmed": "yes"}).status_code == 303
    assert raised_by(appeal) == (0, 0)
    shown = said(client.get(address))
    assert "one box twice" in shown
    assert "Reverse count sheet" not in shown
    assert expectations() == []


def test_the_auditor_reads_and_is_offered_nothing_to_change(app, signed_in):
    sheet = a_count(an_appeal())
    client = signed_in("auditor")
    assert "Enter a count" not in said(client.get("/office/collections/"))
    shown = said(client.get(f"/office/collections/{sheet.reference}"))
    assert "Market Square" in shown
    assert "Reverse count sheet" not in shown


def test_another_branch_s_sheets_are_not_there(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    mine = a_count(appeal, branch_id=own.id, submission="own")
    theirs, nobodys = a_count(appeal, branch_id=other.id, submission="other"), a_count(appeal, submission="none")
    client = signed_in("branch_treasurer", branch_id=own.id)
    links = [each["href"] for each in page(client.get("/office/collections/")).select("td a")]
    assert links == [f"/office/collections/{mine.reference}"]
    for sheet in (theirs, nobodys):
        assert client.get(f"/office/collections/{sheet.reference}").status_code == 404
        reason = {"reason": "mine"}
        assert client.post(f"/office/collections/{sheet.reference}/correction", data=reason).status_code == 404
    data = filled(client, "/office/collections/new", **SHEET, shown="2150", branch=other.reference)
    assert client.post("/office/collections/", data=data).status_code == 303
    assert [sheet.branch_id for sheet in sheets()][-1] == own.id


def test_a_branch_s_treasurer_without_a_branch_sees_and_enters_nothing(app, signed_in):
    a_count(an_appeal())
    client = signed_in("branch_treasurer")
    assert "No collections yet" in said(client.get("/office/collections/"))
    assert client.get("/office/collections/new").status_code == 404


def test_a_long_list_goes_on_on_the_next_page(app, signed_in, monkeypatch):
    monkeypatch.setattr("app.paging.PAGE", 2)
    appeal, client = an_appeal(), signed_in("treasurer")
    for number in range(3):
        a_count(appeal, submission=f"{number}")
    first = page(client.get("/office/collections/"))
    assert len(first.select("tbody tr")) == 2
    second = page(client.get(first.select_one("a[rel=next]")["href"]))
    assert len(second.select("tbody tr")) == 1
    assert second.select_one("a[rel=next]") is None


def test_named_people_s_cash_is_a_gift_of_its_own_and_the_rest_the_collection(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    named = {"name_0": "Ida Brandt", "email_0": "ida@example.org", "amount_0": "5"}
    data = filled(client, "/office/collections/new", **SHEET, **named)
    first = client.post("/office/collections/", data=data)
    assert "£16.50 of it is the collection" in said(first)
    assert raised_by(appeal) == (0, 0)
    assert client.post("/office/collections/", data={**data, "shown": "2150"}).status_code == 303
    assert raised_by(appeal) == (2150, 1)
    shown = said(client.get(f"/office/collections/{sheets()[0].reference}"))
    assert "Collection without names £16.50" in shown
    assert "Ida Brandt £5.00" in shown
    # The same person is noticed when entered by itself.
    address = "/office/gifts-by-hand/new/cash"
    answer = client.post(address, data=filled(client, address, amount="5", name="Ida Brandt"))
    assert (answer.status_code, "This looks like the gift of" in said(answer)) == (409, True)
    # And a further sheet with that line asks as well.
    again = filled(client, "/office/collections/new", **SHEET, **named, shown="2150")
    answer = client.post("/office/collections/", data=again)
    assert (answer.status_code, "This looks like the gift of" in said(answer)) == (200, True)
    anyway = page(answer).select_one("button[name=anyway]")["value"]
    assert client.post("/office/collections/", data={**again, "anyway": anyway}).status_code == 303
    assert raised_by(appeal) == (4300, 2)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount_0": "5"}, "Enter the name of the donor"),
        ({"name_0": "Ida Brandt"}, "Enter an amount"),
        ({"name_0": "Ida Brandt", "amount_0": "100"}, "The gifts from named donors add up to more than was counted"),
        (
            {"name_0": "Ida Brandt", "amount_0": "5", "email_0": "ida"},
            "Enter an email address in the correct format, like",
        ),
    ],
)
def test_a_line_with_a_name_that_cannot_be_taken_says_why(app, signed_in, typed, words):
    appeal, client = an_appeal(), signed_in("treasurer")
    data = filled(client, "/office/collections/new", **SHEET, **typed, shown="2150")
    answer = client.post("/office/collections/", data=data)
    assert (answer.status_code, words in said(answer)) == (422, True)
    assert raised_by(appeal) == (0, 0)
