"""Standing orders in the office: expected, late, given up, ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations import standing_order
from app.donations.standing_order import StandingOrder
from app.offline import standing_orders
from app.offline.standing_orders import Promise
from tests.cast import an_appeal
from tests.office.offline.hand_pages import filled, said
from tests.offline.hands import a_branch, expectations, pounds

ORDER = {"amount": "10", "payer": "Ida Brandt", "reference_text": "BRANDT FUND", "day_of_month": "3"}


def an_order(appeal, *, days=0, branch_id=None, payer="Ida Brandt"):
    day = clock.today() - timedelta(days=days)
    with writing():
        promise = Promise(pounds("10"), day.day, day, payer, "BRANDT FUND")
        return standing_orders.expect(appeal, promise, branch_id=branch_id)


def orders():
    db.session.rollback()
    return db.session.scalars(select(StandingOrder)).all()


def test_a_standing_order_is_expected_and_books_nothing(app, signed_in):
    an_appeal()
    client = signed_in("treasurer")
    data = filled(client, "/office/standing-orders/new", **ORDER)
    assert client.post("/office/standing-orders/", data=data).status_code == 303
    [order] = orders()
    assert (order.amount_minor, order.next_due_on.day, order.state) == (1000, 3, "expected")
    assert "BRANDT FUND" in said(client.get("/office/standing-orders/"))


@pytest.mark.parametrize(
    ("name", "typed"), [("day_of_month", "32"), ("day_of_month", "third"), ("amount", ""), ("payer", ""), ("day", "")]
)
def test_what_is_wrong_with_it_is_said(app, signed_in, name, typed):
    an_appeal()
    client = signed_in("treasurer")
    data = filled(client, "/office/standing-orders/new", **{**ORDER, name: typed})
    answer = client.post("/office/standing-orders/", data=data)
    assert (answer.status_code, "There is a problem" in said(answer)) == (422, True)
    assert orders() == []


def test_one_that_is_missed_can_be_given_up_and_one_that_is_over_ended(app, signed_in):
    client = signed_in("treasurer")
    order = an_order(an_appeal(), days=70)
    assert "Missed" in said(client.get("/office/standing-orders/"))
    first = order.next_due_on
    for _pressed in range(2):
        client.post(
            f"/office/standing-orders/{order.reference}/missed", data={"due": first.isoformat(), "confirmed": "yes"}
        )
        assert orders()[0].next_due_on == standing_order.due_after(first, order.day_of_month), "pressed twice, one goes"
    client.post(f"/office/standing-orders/{order.reference}/end", data={"confirmed": "yes"})
    assert orders()[0].ended_on == clock.today()
    assert expectations() == []


def test_another_branch_s_orders_are_not_there(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    an_order(appeal, branch_id=own.id, payer="Own Payer")
    theirs = an_order(appeal, branch_id=other.id, payer="Other Payer")
    client = signed_in("branch_treasurer", branch_id=own.id)
    shown = said(client.get("/office/standing-orders/"))
    assert "Own Payer" in shown
    assert "Other Payer" not in shown
    assert client.get(f"/office/standing-orders/{theirs.reference}/edit").status_code == 404
    for step in ("end", "missed", "edit"):
        assert client.post(f"/office/standing-orders/{theirs.reference}/{step}").status_code == 404
    data = filled(client, "/office/standing-orders/new", **ORDER, branch=other.reference)
    assert client.post("/office/standing-orders/", data=data).status_code == 303
    assert orders()[-1].branch_id == own.id


def test_one_is_changed_from_the_next_payment_on_and_what_was_typed_is_what_it_had(app, signed_in):
    client = signed_in("treasurer")
    order = an_order(an_appeal(), branch_id=a_branch().id)
    first = order.next_due_on
    address = f"/office/standing-orders/{order.reference}/edit"
    data = filled(client, address)
    assert (data["amount"], data["payer"], data["reference_text"]) == ("10.00", "Ida Brandt", "BRANDT FUND")
    day = 1 if first.day != 1 else 2
    sent = {**data, "amount": "12.50", "payer": "Ida Brandt-Okoń", "day_of_month": str(day)}
    assert "They apply from the next payment" in said(client.post(address, data=sent, follow_redirects=True))
    [changed] = orders()
    assert (changed.amount_minor, changed.payer, changed.day_of_month) == (1250, "Ida Brandt-Okoń", day)
    assert changed.next_due_on == max(
        standing_order.due_in_month_of(first, day), standing_order.due_from(order.since, day)
    )
    assert changed.branch_id == order.branch_id


def test_a_change_that_is_wrong_says_so_and_one_that_has_ended_stays(app, signed_in):
    client = signed_in("treasurer")
    order = an_order(an_appeal())
    address = f"/office/standing-orders/{order.reference}/edit"
    answer = client.post(address, data={**filled(client, address), "amount": "nothing"})
    assert (answer.status_code, "There is a problem" in said(answer)) == (422, True)
    client.post(f"/office/standing-orders/{order.reference}/end", data={"confirmed": "yes"})
    assert client.get(address).status_code == 404
    assert "Edit" not in said(client.get("/office/standing-orders/"))


def test_the_branch_of_an_order_stays_its_own_when_it_has_closed(app, signed_in):
    client, branch = signed_in("treasurer"), a_branch()
    order = an_order(an_appeal(), branch_id=branch.id)
    client.post(f"/office/branches/{branch.reference}/closing")
    address = f"/office/standing-orders/{order.reference}/edit"
    assert client.post(address, data=filled(client, address)).status_code == 303
    assert orders()[0].branch_id == branch.id
