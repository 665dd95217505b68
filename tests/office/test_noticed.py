"""What the office notices before it takes something in by hand: twice the same, cash that is not there."""

from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.database import db, writing
from app.donations.donation import BANK_TRANSFER, Donation
from app.donations.standing_order import StandingOrder
from app.ledger.entries import Entry
from app.money import Money
from app.offline import gifts as offline_gifts
from tests.cast import an_appeal
from tests.office.offline.hand_pages import filled, page, said
from tests.offline.hands import a_cheque, a_count, held

ENTRY = "/office/entries/new"


def gifts():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Donation))


def sent_all_the_same(client, answer, address, values):
    """The answer to the button that says: all the same."""
    button = page(answer).select_one("button[name=anyway]")
    return client.post(address, data={**values, "anyway": button["value"]})


def an_entry(client, **typed):
    form = page(client.get(ENTRY)).main.select_one("form.form")
    return {
        "nonce": form.select_one("input[name=nonce]")["value"], "kind": "expense-paid", "from_code": "assets:cash:gbp",
        "to_code": "expenses:other:gbp", "amount": "5000", "day": clock.today().isoformat(), "reason": "a press",
        **typed,
    }  # fmt: skip


def test_a_transfer_that_the_bank_has_shown_is_shown_before_it_is_expected_again(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    with writing():
        offline_gifts.receive(
            appeal, Money(6000, "gbp"), clock.today() - timedelta(days=3), "bank:1", method=BANK_TRANSFER,
            payer_name="BRANDT I",
        )  # fmt: skip
    address = "/office/gifts-by-hand/new/bank-transfer"
    values = filled(client, address, amount="60", name="Ida Brandt")
    answer = client.post(address, data=values)
    assert (answer.status_code, gifts()) == (409, 1)
    assert "This looks like the transfer of" in said(answer)
    assert page(answer).select_one("input[name=name]")["value"] == "Ida Brandt"
    link = page(answer).select_one(".error-summary a")["href"]
    assert "BRANDT I" in said(client.get(link))
    assert sent_all_the_same(client, answer, address, values).status_code == 303
    assert gifts() == 2
    # The same form once more is the same gift, and nothing is asked.
    assert sent_all_the_same(client, answer, address, values).status_code == 303
    assert gifts() == 2


def test_five_thousand_pounds_do_not_leave_an_empty_cash_box(app, signed_in):
    client = signed_in("treasurer")
    answer = client.post("/office/entries/", data=an_entry(client))
    assert answer.status_code == 422
    assert "the cash in hand would be £5,000.00 short" in said(answer)
    assert "a press" in page(answer).select_one("textarea[name=reason]").text
    assert held("assets:cash:gbp") == 0


def test_a_bank_account_asks_before_it_goes_below_zero(app, signed_in):
    client = signed_in("treasurer")
    client.post("/office/entries/", data=an_entry(client, kind="opening-balance", from_code="equity:opening:gbp",
                                                  to_code="assets:bank:gbp", amount="100"))  # fmt: skip
    values = an_entry(client, from_code="assets:bank:gbp", amount="101")
    answer = client.post("/office/entries/", data=values)
    assert answer.status_code == 409
    assert "The bank account would have a balance of −£1.00." in said(answer).replace("-£", "−£")
    assert held("assets:bank:gbp") == 10_000
    assert sent_all_the_same(client, answer, "/office/entries/", values).status_code == 303
    assert held("assets:bank:gbp") == -100


def test_an_entry_like_one_that_is_in_the_books_is_shown(app, signed_in):
    client = signed_in("treasurer")
    a_count(an_appeal())
    values = an_entry(client, amount="5")
    assert client.post("/office/entries/", data=values).status_code == 303
    again = an_entry(client, amount="5")
    answer = client.post("/office/entries/", data=again)
    assert answer.status_code == 409
    number = db.session.scalar(select(func.max(Entry.id)))
    assert f"This looks like entry {number}" in said(answer)
    assert sent_all_the_same(client, answer, "/office/entries/", again).status_code == 303
    assert held("assets:cash:gbp") == 300


def test_an_entry_that_put_cash_in_is_not_reversed_once_it_is_spent(app, signed_in):
    client = signed_in("treasurer")
    client.post("/office/entries/", data=an_entry(client, kind="opening-balance", from_code="equity:opening:gbp",
                                                  to_code="assets:cash:gbp", amount="10"))  # fmt: skip
    number = db.session.scalar(select(func.max(Entry.id)))
    assert client.post("/office/entries/", data=an_entry(client, amount="4")).status_code == 303
    answer = client.post(f"/office/entries/{number}/reversal", data={"reason": "wrong", "confirmed": "yes"})
    assert answer.status_code == 409
    assert "£4.00 short" in said(answer)
    assert held("assets:cash:gbp") == 600


def test_a_standing_order_that_is_expected_already_is_shown_before_it_is_expected_twice(app, signed_in):
    an_appeal()
    client, address = signed_in("treasurer"), "/office/standing-orders/"
    typed = {"amount": "10", "payer": "Ida Brandt", "day_of_month": "5"}
    values = filled(client, f"{address}new", **typed)
    assert client.post(address, data=values).status_code == 303
    again = filled(client, f"{address}new", **typed)
    # The first one made the donor known, so the second one asks who it is before anything else.
    answer = client.post(address, data=again)
    assert answer.status_code == 422
    again["donor"] = page(answer).select_one("input[name=donor]")["value"]
    answer = client.post(address, data=again)
    assert (answer.status_code, "which is already expected" in said(answer)) == (409, True)
    assert db.session.scalar(select(func.count()).select_from(StandingOrder)) == 1
    assert sent_all_the_same(client, answer, address, again).status_code == 303


def test_a_cheque_of_half_a_year_ago_is_taken_with_a_warning(app, signed_in):
    an_appeal()
    client, address = signed_in("treasurer"), "/office/cheques/new"
    old = (clock.today() - timedelta(days=200)).isoformat()
    values = filled(client, address, amount="10", name="Ida Brandt", dated_on=old)
    assert client.post("/office/cheques/", data=values).status_code == 303
    assert gifts() == 1
    assert "more than six months old" in client.get("/office/cheques/").get_data(as_text=True)


def test_an_appeal_shows_apart_what_it_has_raised_in_cheques_that_have_not_cleared(app, signed_in):
    appeal = an_appeal()
    a_cheque(appeal)
    client = signed_in("treasurer")
    assert "Of which in cheques not yet cleared £25.00" in said(client.get(f"/office/appeals/{appeal.slug}"))
