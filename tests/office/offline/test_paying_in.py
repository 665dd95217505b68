"""Paying in: what is at hand, the slip, and that nothing is booked by it."""

from datetime import timedelta

from app import clock
from app.database import db
from app.donations import by_hand
from tests.cast import an_appeal
from tests.office.offline.hand_pages import page, said
from tests.offline.hands import a_branch, a_cheque, a_count, again, expectations, raised_by


def test_what_is_ticked_goes_to_the_bank_with_the_slip(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    shown = said(client.get("/office/paying-in/"))
    assert "£13.00 in cash" in shown
    assert "£25.00 in cheques" in shown
    data = {"sheet": sheet.reference, "cheque": cheque.reference, "slip": "500123", "day": clock.today().isoformat()}
    needs = said(client.get("/office/today/"))
    assert "£13.00 in cash to pay in" in needs
    assert "£25.00 in cheques to pay in" in needs
    answer = client.post("/office/paying-in/", data=data)
    assert "Paid in with slip 500123" in said(client.get(answer.location))
    needs = said(client.get("/office/today/"))
    assert "to pay in" not in needs
    assert "£13.00 in cash not yet paid in" in needs
    assert "£25.00 in cheques not yet paid in" in needs
    assert len(expectations()) == 2
    assert raised_by(appeal) == (3800, 1)


def test_nothing_ticked_no_slip_and_a_cheque_of_tomorrow_are_refused(app, signed_in):
    client = signed_in("treasurer")
    cheque = a_cheque(an_appeal(), dated_on=clock.today() + timedelta(days=1))
    day = clock.today().isoformat()
    assert "Select what was paid in" in said(client.post("/office/paying-in/", data={"slip": "1", "day": day}))
    answer = client.post("/office/paying-in/", data={"cheque": cheque.reference, "day": day})
    assert (answer.status_code, "Enter the reference on the slip" in said(answer)) == (422, True)
    answer = client.post("/office/paying-in/", data={"cheque": cheque.reference, "slip": "1", "day": day})
    assert (answer.status_code, "dated after this date" in said(answer)) == (409, True)
    assert by_hand.of(again(cheque)).paying_in is None


def test_all_ticks_what_is_at_hand_and_may_go_to_the_bank_today(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    a_cheque(appeal, submission="tomorrow", dated_on=clock.today() + timedelta(days=1))
    gone = a_cheque(appeal, submission="gone")
    client.post("/office/paying-in/", data={"cheque": gone.reference, "slip": "1", "day": clock.today().isoformat()})
    shown = page(client.get("/office/paying-in/"))
    assert shown.select("input[checked]") == []
    all_of_it = shown.find("a", string="Select everything in hand")["href"]
    ticked = page(client.get(all_of_it)).select("input[checked]")
    assert [each["value"] for each in ticked] == [sheet.reference, cheque.reference]


def test_another_branch_s_money_is_not_there(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    a_count(appeal, branch_id=own.id, submission="own")
    theirs = a_cheque(appeal, branch_id=other.id)
    client = signed_in("branch_treasurer", branch_id=own.id)
    shown = said(client.get("/office/paying-in/"))
    assert "Market Square" in shown
    assert "Łucja" not in shown
    data = {"cheque": theirs.reference, "slip": "500123", "day": clock.today().isoformat()}
    assert client.post("/office/paying-in/", data=data).status_code == 404
    db.session.rollback()
    assert by_hand.of(again(theirs)).paying_in is None
