"""Cheques in the office: entered one after another, bounced, and each branch for itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.database import db
from app.donations import by_hand
from app.donations.donation import Donation
from tests.cast import an_appeal
from tests.office.offline.hand_pages import filled, page, said
from tests.offline.hands import a_branch, a_cheque, again, raised_by

CHEQUE = {"amount": "40", "name": "Ida Brandt", "what": "000123", "dated_on": "2026-01-02"}


def test_a_cheque_is_entered_and_the_next_form_is_there(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    data = filled(client, "/office/cheques/new", **CHEQUE, another="1")
    answer = client.post("/office/cheques/", data=data)
    assert (answer.status_code, answer.location) == (303, f"/office/cheques/new?appeal={appeal.reference}")
    assert "Cheque saved: £40.00 from Ida Brandt" in said(client.get(answer.location))
    assert raised_by(appeal) == (4000, 1)
    gift = db.session.scalars(select(Donation)).one()
    assert (gift.method, gift.name, by_hand.of(gift).what) == ("cheque", "Ida Brandt", "000123")
    assert "Ida Brandt" in said(client.get("/office/cheques/"))


@pytest.mark.parametrize("address", ["cheques/new", "gifts-by-hand/new/bank-transfer"])
def test_the_next_of_a_pile_has_the_day_the_appeal_and_the_branch_of_the_one_before(app, signed_in, address):
    an_appeal()
    other, branch, client = (
        an_appeal("second", title="A second press", precedence=9),
        a_branch(),
        signed_in("treasurer"),
    )
    common = {"day": (clock.today() - timedelta(days=9)).isoformat(), "appeal": other.reference}
    data = filled(client, f"/office/{address}", **CHEQUE, **common, branch=branch.reference, another="1")
    form = filled(client, client.post(f"/office/{address.removesuffix('new')}", data=data).location)
    assert {name: form[name] for name in ("day", "appeal", "branch")} == {**common, "branch": branch.reference}
    assert (form["amount"], form["name"]) == ("", "")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": ""}, "Enter an amount"),
        ({"amount": "forty"}, "Enter an amount in figures"),
        ({"amount": "0"}, "greater than zero"),
        ({"amount": "1.234"}, "no more than two decimals"),
        ({"email": "ida"}, "Enter an email address"),
        ({"dated_on": "soon"}, "Enter a date"),
    ],
)
def test_what_is_wrong_with_a_cheque_is_said(app, signed_in, typed, words):
    appeal, client = an_appeal(), signed_in("treasurer")
    answer = client.post("/office/cheques/", data=filled(client, "/office/cheques/new", **{**CHEQUE, **typed}))
    assert answer.status_code == 422
    assert words in said(answer)
    assert raised_by(appeal) == (0, 0)


def test_a_cheque_that_bounces_counts_no_more(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    cheque = a_cheque(appeal)
    answer = client.post(f"/office/cheques/{cheque.reference}/bounced", data={"confirmed": "yes"})
    assert "Cheque marked as bounced." in said(client.get(answer.location))
    assert raised_by(appeal) == (0, 1)


def test_another_branch_s_cheques_are_not_there(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    mine = a_cheque(appeal, branch_id=own.id, submission="own")
    theirs = a_cheque(appeal, branch_id=other.id, submission="other")
    client = signed_in("branch_treasurer", branch_id=own.id)
    links = [each["href"] for each in page(client.get("/office/cheques/")).select("td a")]
    assert links == [f"/office/gifts-by-hand/{mine.reference}"]
    assert client.post(f"/office/cheques/{theirs.reference}/bounced").status_code == 404
    assert by_hand.of(again(theirs)).bounced_on is None
    data = filled(client, "/office/cheques/new", **CHEQUE, branch=other.reference)
    assert client.post("/office/cheques/", data=data).status_code == 303
    assert db.session.scalars(select(Donation.branch_id).order_by(Donation.id.desc())).first() == own.id
