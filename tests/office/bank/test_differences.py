"""A line that is cash of another sum than was counted: a reason and two people say so, on a page of its own."""

import json

import pytest
from sqlalchemy import select

from app import clock
from app.audit.trail import AuditDetail, AuditRecord
from app.database import db, writing
from app.offline import paying_in
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.office.bank.test_bank import page, words
from tests.offline.hands import a_count, held
from tests.reconciliation.bank.test_confirming import the_statement


@pytest.fixture
def line(app):
    """The address of a line of £12.50 for £13.00 that were counted."""
    bank, sheet = a_bank_account(), a_count(an_appeal())
    with writing():
        paying_in.pay_in([sheet], [], "500123", clock.today())
    (line,) = the_statement(bank, (1250, "CASH 500123"))
    return f"/office/bank/{bank.reference}/lines/{line}"


def test_the_line_leads_to_a_form_that_books_it_with_the_difference(line, signed_in):
    treasurer = signed_in("treasurer")
    way = page(treasurer.get(line)).find("a", string="It is counted cash, but the bank counted a different amount")
    form = page(treasurer.get(way["href"])).find("form", class_="desk-form")
    paid_in = form.find("input", {"name": "paid_in"})["value"]
    said = {"paid_in": paid_in, "reason": "a worn note", "first": "Ida Brandt", "second": "Tomos Rees"}
    answer = treasurer.post(form["action"], data=said)
    assert answer.headers["Location"] == line
    assert "Difference between counted and banked, -£0.50" in words(treasurer.get(line))
    assert held("expenses:cash-differences:gbp") == 50
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "bank.cash_difference")).one()
    after = json.loads(db.session.get_one(AuditDetail, record.id).body)["after"]
    assert (after["reason"], after["names"]) == ("a worn note", ["Ida Brandt", "Tomos Rees"])
    assert "Difference between counted and banked" in words(treasurer.get(line.rpartition("/")[0] + "/all"))


def test_one_person_is_not_enough_and_what_was_typed_stays(line, signed_in):
    treasurer = signed_in("treasurer")
    form = page(treasurer.get(f"{line}/difference/")).find("form", class_="desk-form")
    paid_in = form.find("input", {"name": "paid_in"})["value"]
    said = {"paid_in": paid_in, "reason": "a worn note", "first": "Ida Brandt", "second": "ida brandt"}
    answer = treasurer.post(form["action"], data=said)
    assert answer.status_code == 422
    assert "Enter a second person: two people must confirm the difference" in words(answer)
    again = page(answer).find("form", class_="desk-form")
    assert again.find("textarea").text.strip() == "a worn note"
    assert again.find("input", {"value": paid_in}).has_attr("checked")
    nothing = treasurer.post(form["action"], data={**said, "paid_in": [], "reason": ""})
    assert "Select what was paid in" in words(nothing)
    assert "Enter why the amounts differ" in words(nothing)
    assert held("expenses:cash-differences:gbp") == 0
