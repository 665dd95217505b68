"""Giving: what the form asks, refuses and keeps, and how the giver gets to Stripe and back."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations import checkout, refunds
from app.donations.donation import Donation
from app.donations.plans.plan import Plan
from app.money import Money
from app.payments.checkout import Checkout
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.public.giving import limits
from app.receipts.receipt import Receipt
from app.services import services
from app.web.filters import day
from tests.cast import a_pledge, an_appeal
from tests.donations.test_correcting import issue, tell, the_gift
from tests.receipts.stage import a_due_receipt
from tests.stripe_account import Account

GIVEN = {
    "amount": "25.00",
    "other": "",
    "rhythm": "once",
    "name": "Łucja Okoń",
    "email": "lucja@example.org",
    "message": "Keep on",
}


TYPED = {**GIVEN, "amount": "other", "other": "32.50", "address": "1 Quay Street", "postcode": "AM1 2QX"}


class FakeGateway:
    """A gateway that opens checkouts, and refuses to be called inside a transaction."""

    def __init__(self):
        self.keys = []
        self.requests = []
        self.failure = None

    def open_checkout(self, request, key):
        assert not db.session().in_transaction()
        self.keys.append(key)
        if self.failure:
            raise self.failure
        self.requests.append(request)
        return Checkout(f"cs_{key}", f"http://checkout.example/{key}", 4_000_000_000)


@pytest.fixture
def gateway(app):
    services(app).gateway = FakeGateway()
    return services(app).gateway


@pytest.fixture
def appeal(app):
    return an_appeal()


def read(answer):
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def send(client, slug="press-fund", nonce=None, **changes):
    """Open the form as a browser would, fill it in and send it."""
    form = read(client.get(f"/appeals/{slug}/donate"))
    hidden = {field["name"]: field["value"] for field in form.select("form[method=post] input[type=hidden]")}
    if nonce:
        hidden["nonce"] = nonce
    return client.post(f"/appeals/{slug}/donations", data={**hidden, **GIVEN, **changes})


def errors(answer):
    return [line.get_text(strip=True) for line in read(answer).select(".error-summary li")]


@pytest.mark.usefixtures("appeal")
def test_nothing_is_preselected_and_no_box_is_ticked(client):
    page = read(client.get("/appeals/press-fund/donate"))
    assert page.select("input[checked]") == []
    assert [each["value"] for each in page.select("input[name=amount]")] == ["10.00", "25.00", "50.00", "other"]


@pytest.mark.usefixtures("appeal")
def test_what_is_said_about_the_payment_are_sentences_with_spaces_between_them(client):
    said = BeautifulSoup(client.get("/appeals/press-fund/donate").data, "html5lib").main.get_text()
    assert re.findall(r"\w+[.?!][A-Z]\w+", said) == []


@pytest.mark.usefixtures("appeal")
def test_what_was_chosen_under_an_article_comes_along(client):
    page = read(client.get("/appeals/press-fund/donate?amount=other&other=12.50"))
    assert page.select_one("input[name=other]")["value"] == "12.50"
    assert [each["value"] for each in page.select("input[checked]")] == ["other"]


@pytest.mark.usefixtures("appeal")
def test_a_gift_is_pledged_committed_and_sent_to_stripe(client, gateway):
    answer = send(client)
    donation = db.session.scalars(select(Donation)).one()
    assert answer.status_code == 303
    assert answer.location == donation.checkout_url == f"http://checkout.example/{donation.checkout_key}"
    assert (donation.state, donation.amount_minor, donation.name) == ("pledged", 2500, "Łucja Okoń")
    assert donation.name_may_be_shown is False
    asked = gateway.requests[0].params()
    assert asked["payment_intent_data"]["metadata"] == {"donation": donation.reference}
    assert asked["success_url"] == f"http://localhost/donations/{donation.reference}"


@pytest.mark.usefixtures("appeal")
def test_the_same_form_sent_twice_is_one_donation_and_one_key(client, gateway):
    first, second = send(client, nonce="n1"), send(client, nonce="n1")
    assert first.location == second.location
    assert len(gateway.keys) == 1
    assert len(db.session.scalars(select(Donation)).all()) == 1


@pytest.mark.usefixtures("appeal", "gateway")
def test_the_same_nonce_with_changed_content_is_a_new_pledge(client):
    assert send(client, nonce="n1").location != send(client, nonce="n1", amount="50.00").location
    assert sorted(db.session.scalars(select(Donation.amount_minor))) == [2500, 5000]


@pytest.mark.usefixtures("appeal", "gateway")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": ""}, "Choose an amount or type another amount"),
        ({"amount": "other"}, "Enter an amount"),
        ({"other": "15"}, "Choose one of the amounts or type another amount, not both"),
        ({"amount": "other", "other": "lots"}, "Enter an amount in figures, like 25 or 12.50"),
        ({"amount": "other", "other": "NaN"}, "Enter an amount in figures, like 25 or 12.50"),
        ({"amount": "other", "other": "€25"}, "Enter an amount in figures, like 25 or 12.50"),
        (
            {"amount": "other", "other": "1,500"},
            "“1,500” can be read as £1,500 or as £1.50. Enter 1500 or 1.50",
        ),
        ({"amount": "other", "other": "1.234"}, "The amount must have no more than two decimals, like 12.50"),
        ({"amount": "other", "other": "0.50"}, "The amount must be £1 or more"),
        (
            {"amount": "other", "other": "25,000.01"},
            "The amount must be £25,000 or less; to give more, talk to us first",
        ),
        ({"name": " "}, "Enter your name"),
        ({"email": ""}, "Enter your email address"),
        ({"email": "lucja"}, "Enter an email address in the correct format, like name@example.org"),
        ({"message": "x" * 501}, "A message must be 500 characters or fewer"),
    ],
)
def test_a_mistake_is_named_in_plain_words_and_nothing_typed_is_lost(client, changes, message):
    answer = send(client, **changes)
    page = read(answer)
    assert answer.status_code == 422
    assert errors(answer) == [message]
    assert page.title.get_text().startswith("Error: ")
    target = page.select_one(".error-summary a")["href"].removeprefix("#")
    assert page.find(id=target) is not None
    kept = {**GIVEN, **changes}
    assert page.select_one("input[name=email]")["value"] == kept["email"].strip()
    assert page.select_one("textarea[name=message]").get_text().strip() == kept["message"]
    assert db.session.scalars(select(Donation)).all() == []


@pytest.mark.usefixtures("appeal", "gateway")
@pytest.mark.parametrize(("typed", "minor"), [("5,50", 550), ("5.", 500), ("5 GBP", 500), ("５", 500), ("£5", 500)])
def test_an_amount_that_can_mean_one_thing_only_is_taken(client, typed, minor):
    assert send(client, amount="other", other=typed).status_code == 303
    assert db.session.scalars(select(Donation.amount_minor)).one() == minor


@pytest.mark.usefixtures("appeal")
@pytest.mark.parametrize("way", ["/donate", "/appeals/press-fund/donate"])
@pytest.mark.parametrize(
    ("asked", "checked", "other"),
    [
        ("amount=25", {"25.00"}, ""),
        ("amount=25.00&every=month", {"25.00", "monthly"}, ""),
        ("every=month", {"monthly"}, ""),
        ("every=once&amount=£50", {"once", "50.00"}, ""),
        ("amount=32", {"other"}, "32"),
        ("amount=other&other=5,50", {"other"}, "5,50"),
        ("amount=lots", {"other"}, "lots"),
        ("every=never", set(), ""),
    ],
)
def test_what_an_address_asks_for_survives_the_way_to_the_form(client, way, asked, checked, other):
    page = read(client.get(f"{way}?{asked}", follow_redirects=True))
    assert {each["value"] for each in page.select("input[checked]")} == checked
    assert page.select_one("#other")["value"] == other


@pytest.mark.usefixtures("appeal", "gateway")
def test_an_amount_may_be_typed_without_choosing_the_other_button(client):
    assert send(client, amount="", other="£1,000").status_code == 303
    assert db.session.scalars(select(Donation.amount_minor)).one() == 100_000


@pytest.mark.usefixtures("appeal", "gateway")
def test_a_session_that_ran_out_shows_the_form_again_with_all_that_was_typed(client):
    answer = send(client, csrf_token="stale")
    assert answer.status_code == 422
    assert "send it again" in errors(answer)[0]
    assert read(answer).select_one("input[name=name]")["value"] == "Łucja Okoń"


@pytest.mark.usefixtures("appeal")
def test_a_stripe_that_cannot_be_reached_charges_nothing_and_keeps_the_form(client, gateway):
    gateway.failure = PaymentsUnavailable()
    answer = send(client, nonce="n1")
    assert answer.status_code == 503
    assert "You have not been charged" in errors(answer)[0]
    gateway.failure = None
    assert send(client, nonce="n1").status_code == 303
    assert gateway.keys == [db.session.scalars(select(Donation.checkout_key)).one()] * 2


@pytest.mark.usefixtures("appeal")
def test_an_e_mail_address_that_stripe_refuses_is_named_beside_its_field(client, gateway):
    gateway.failure = PaymentsRefused("Stripe refused the call: email_invalid", param="customer_email")
    answer = send(client)
    assert answer.status_code == 422
    assert errors(answer) == ["The payment service cannot use this email address. Check it for typing mistakes"]
    page = read(answer)
    assert page.select_one(".error-summary a")["href"] == "#email"
    assert page.select_one("input[name=message], textarea[name=message]").get_text().strip() == "Keep on"
    gateway.failure = None
    assert send(client, email="lucja@example.com").status_code == 303


@pytest.mark.usefixtures("appeal")
def test_a_gift_that_stripe_refuses_is_ours_to_look_into_and_its_address_stays_out_of_the_log(client, gateway, caplog):
    gateway.failure = PaymentsRefused("Stripe refused the call: parameter_unknown", param="line_items[0]")
    answer = send(client)
    assert answer.status_code == 500
    assert errors(answer) == [
        "The payment service did not accept this gift. You have not been charged. Please tell us."
    ]
    donation = db.session.scalars(select(Donation)).one()
    assert f"donations {donation.id}: Stripe refused the call: parameter_unknown" in caplog.text
    assert donation.reference not in caplog.text


@pytest.mark.both_databases
@pytest.mark.usefixtures("appeal", "gateway")
def test_control_characters_in_what_was_typed_do_not_matter(client):
    answer = send(client, name="Ja\0ne\r\nDoe", message="Keep\0 on\r\nand on")
    assert answer.status_code == 303
    donation = db.session.scalars(select(Donation)).one()
    assert (donation.name, donation.message) == ("Jane Doe", "Keep on\nand on")


@pytest.mark.usefixtures("appeal")
def test_after_a_failure_that_stripe_stored_the_next_try_has_a_new_key(client, gateway):
    gateway.failure = PaymentsUnavailable(outcome_stored=True)
    send(client, nonce="n1")
    gateway.failure = None
    send(client, nonce="n1")
    assert len(set(gateway.keys)) == 2
    assert len(db.session.scalars(select(Donation)).all()) == 1


@pytest.mark.usefixtures("appeal", "gateway")
def test_too_many_gifts_from_one_address_are_asked_to_wait(client):
    statuses = [send(client, email=f"giver{number}@example.org").status_code for number in range(31)]
    assert statuses == [303] * 30 + [429]


@pytest.mark.both_databases
@pytest.mark.usefixtures("appeal", "gateway")
def test_whoever_goes_on_after_being_asked_to_wait_does_not_stop_the_whole_site(client, monkeypatch):
    monkeypatch.setattr(limits, "_MOST", {"address": 2, "email": 8, "site": 4})
    statuses = [send(client, email=f"giver{number}@example.org").status_code for number in range(8)]
    assert statuses == [303] * 2 + [429] * 6
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert send(client).status_code == 303


@pytest.mark.usefixtures("gateway")
def test_an_appeal_that_has_ended_takes_no_gift(client, app):
    an_appeal("over", starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=2))
    assert client.get("/appeals/over/donate").location == "/appeals/over"
    assert client.get("/appeals/no-such/donate").status_code == 404


@pytest.mark.usefixtures("gateway")
def test_a_draft_is_not_there(client):
    an_appeal("draft", starts_on=None, ends_on=None)
    assert client.get("/appeals/draft/donate").status_code == 404
    assert client.post("/appeals/draft/donations", data=GIVEN).status_code == 404


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("rhythm", ["once", "monthly"])
def test_an_appeal_that_ends_while_the_form_is_filled_in_loses_nothing_that_was_typed(client, appeal, rhythm):
    form = read(client.get("/appeals/press-fund/donate"))
    hidden = {field["name"]: field["value"] for field in form.select("form[method=post] input[type=hidden]")}
    with writing():
        db.session.merge(appeal).ends_on = clock.today() - timedelta(days=1)
    answer = client.post("/appeals/press-fund/donations", data={**hidden, **GIVEN, "rhythm": rhythm})
    assert answer.status_code == 409
    assert errors(answer) == ["This appeal has stopped taking gifts. You have not been charged."]
    assert read(answer).select_one("input[name=name]")["value"] == "Łucja Okoń"
    assert read(answer).select_one("textarea[name=message]").get_text().strip() == "Keep on"


@pytest.mark.usefixtures("appeal", "gateway")
def test_a_form_that_was_sent_too_often_is_shown_again_as_a_new_one(client, monkeypatch):
    monkeypatch.setattr(checkout, "_spent", lambda _pledged: True)
    answer = send(client, nonce="n1")
    assert answer.status_code == 409
    assert "send it again" in errors(answer)[0]
    page = read(answer)
    assert page.select_one("input[name=name]")["value"] == "Łucja Okoń"
    assert page.select_one("input[name=nonce]")["value"] not in ("n1", "")


def test_the_page_after_paying_waits_because_coming_back_proves_nothing(client, appeal):
    donation = a_pledge(appeal)
    page = read(client.get(f"/donations/{donation.reference}"))
    assert page.h1.get_text() == "We are waiting for your bank"
    progress = client.get(f"/donations/{donation.reference}/progress")
    again = client.get(f"/donations/{donation.reference}/progress", headers={"If-None-Match": progress.headers["ETag"]})
    assert (progress.status_code, again.status_code) == (200, 304)
    assert progress.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/donations/unknown").status_code == 404


def test_no_personal_data_stands_on_the_page_of_a_gift(client, appeal):
    donation = a_pledge(appeal)
    for path in ("", "/progress", "/cancelled"):
        text = client.get(f"/donations/{donation.reference}{path}").get_data(as_text=True)
        assert not re.search("lucja|Okoń", text, re.IGNORECASE)


class TestTheAppealHasEndedMeanwhile:
    """While another one is open: the giver is told before the amount, and chooses."""

    @pytest.fixture
    def over(self, client):
        assert client.get("/donate").status_code == 200
        an_appeal("winter-fund", title="Coal for the winter", suggested_minor=[1000, 3000])
        return an_appeal("over", title="Paper", starts_on=clock.today() - timedelta(days=9), ends_on=clock.today())

    def end(self, over):
        with writing():
            db.session.merge(over).ends_on = clock.today() - timedelta(days=1)

    def test_the_form_says_so_before_the_amount_and_is_that_of_the_open_one(self, client, over):
        self.end(over)
        page = read(client.get("/appeals/over/donate?amount=25&every=month"))
        assert page.h1.get_text() == "Coal for the winter"
        notice = page.select_one(".notice")
        assert "“Paper” has ended" in notice.get_text()
        assert "Your gift will go to “Coal for the winter”" in notice.get_text()
        assert page.select(".notice, .amounts")[0] is notice
        assert page.select_one("form[method=post]")["action"] == "/appeals/winter-fund/donations"
        # The amount that the other appeal offered is kept, though this one does not offer it.
        assert {each["value"] for each in page.select("input[checked]")} == {"other", "monthly"}
        assert page.select_one("#other")["value"] == "25"

    @pytest.mark.usefixtures("gateway")
    def test_a_form_that_was_being_filled_in_pledges_nothing_until_the_giver_has_chosen(self, client, over):
        form = read(client.get("/appeals/over/donate"))
        hidden = {field["name"]: field["value"] for field in form.select("form[method=post] input[type=hidden]")}
        self.end(over)
        answer = client.post("/appeals/over/donations", data={**hidden, **GIVEN})
        page = read(answer)
        assert answer.status_code == 409
        assert "“Paper” has ended" in page.select_one(".notice").get_text()
        assert page.select_one("input[name=name]")["value"] == "Łucja Okoń"
        assert page.select_one("textarea[name=message]").get_text().strip() == "Keep on"
        assert page.select_one("#other")["value"] == "25.00"
        assert db.session.scalars(select(Donation)).all() == []
        typed = {
            field["name"]: field.get("value", "") for field in page.select("form[method=post] input:not([type=radio])")
        }
        again = {**typed, "amount": "other", "rhythm": "once", "message": "Keep on"}
        again.pop("name_may_be_shown")
        assert client.post(page.select_one("form[method=post]")["action"], data=again).status_code == 303
        assert db.session.scalars(select(Donation.amount_minor)).one() == 2500

    @pytest.mark.usefixtures("gateway")
    def test_whoever_changes_a_gift_to_it_finds_what_was_typed_for_the_open_one(self, client, over):
        send(client, slug="over")
        reference = db.session.scalars(select(Donation.reference)).one()
        self.end(over)
        page = read(client.get(f"/donations/{reference}/change"))
        assert "“Paper” has ended" in page.select_one(".notice").get_text()
        assert page.select_one("input[name=email]")["value"] == "lucja@example.org"

    def test_its_page_leads_to_the_open_one(self, client, over):
        self.end(over)
        button = read(client.get("/appeals/over")).select_one(".appeal .button")
        assert button.get_text() == "Give to “Coal for the winter”"
        assert button["href"] == "/appeals/winter-fund/donate"

    def test_an_appeal_under_no_article_still_takes_gifts_where_no_other_is_in_force(self, client):
        an_appeal("quiet", precedence=None)
        assert client.get("/donate").location == "/appeals/quiet/donate"


class TestChangingAGift:
    """Back from the payment page without paying."""

    @pytest.mark.usefixtures("appeal", "gateway")
    @pytest.mark.parametrize(("rhythm", "pages"), [("once", "donations"), ("monthly", "monthly")])
    def test_everything_that_was_typed_stands_in_the_form_again(self, client, rhythm, pages):
        send(client, **{**TYPED, "rhythm": rhythm, "name_may_be_shown": "y"})
        reference = db.session.scalars(select((Plan if rhythm == "monthly" else Donation).reference)).one()
        way = read(client.get(f"/{pages}/{reference}/cancelled")).find("a", string="Change the gift")["href"]
        answer = client.get(way)
        page = read(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert {each["value"] for each in page.select("input[checked]")} == {"other", rhythm, "y"}
        assert page.select_one("#other")["value"] == "32.50"
        for name in ("name", "email", "postcode"):
            assert page.select_one(f"[name={name}]")["value"] == TYPED[name]
        for name in ("address", "message"):
            assert page.select_one(f"[name={name}]").get_text().strip() == TYPED[name]

    @pytest.mark.usefixtures("appeal", "gateway")
    def test_whoever_merely_has_the_address_sees_the_amount_and_nobodys_name(self, app, client):
        send(client)
        reference = db.session.scalars(select(Donation.reference)).one()
        answer = app.test_client().get(f"/donations/{reference}/change")
        assert read(answer).select_one("input[name=amount][checked]")["value"] == "25.00"
        assert not re.search("lucja|Okoń|Keep on", answer.text, re.IGNORECASE)

    def test_a_gift_that_has_come_cannot_be_changed(self, client):
        receipt = a_due_receipt()
        reference = db.session.get_one(Donation, receipt.donation_id).reference
        assert client.get(f"/donations/{reference}/change").location == f"/donations/{reference}"
        assert client.get("/donations/unknown/change").status_code == 404
        assert client.get("/monthly/unknown/change").status_code == 404


class TestAfterARefund:
    """The page of a gift says what went back of it, and which receipt stands."""

    @pytest.fixture
    def account(self, appeal):
        account = Account()
        self.reference = a_pledge(appeal).reference
        account.gives(self.reference)
        tell(account)
        return account

    def page(self, client):
        return read(client.get(f"/donations/{self.reference}"))

    def facts(self, client):
        return {
            row.dt.get_text(strip=True): row.dd.get_text(strip=True) for row in self.page(client).select(".facts > div")
        }

    @pytest.mark.usefixtures("account")
    def test_a_whole_gift_says_nothing_of_it(self, client):
        assert self.facts(client) == {}
        assert self.page(client).h1.get_text() == "Thank you"

    def test_a_part_that_went_back_is_named_and_the_receipt_over_the_rest_linked(self, client, account, settings):
        issue(settings)
        account.gives_back(the_gift(account), 1000)
        tell(account)
        today = day(clock.today())
        assert self.facts(client) == {"Given": "£25.00", f"Refunded on {today}": "£10.00", "Your gift now": "£15.00"}
        assert "A new receipt for the amount that remains is being made" in self.page(client).get_text()
        issue(settings)
        last = db.session.scalars(select(Receipt.reference).where(Receipt.state == "issued")).one()
        assert self.page(client).find("a", string="Open the valid receipt (PDF)")["href"] == f"/receipts/{last}"

    def test_a_gift_given_back_whole_is_not_thanked_for_and_has_no_receipt(self, client, account, settings):
        issue(settings)
        account.gives_back(the_gift(account), 2500)
        tell(account)
        page = self.page(client)
        assert page.h1.get_text() == "This gift was refunded"
        assert page.title.get_text().startswith("This gift was refunded")
        assert page.select("a[href^='/receipts/']") == []
        assert page.select("noscript meta[http-equiv=refresh]") == []

    def test_a_dispute_that_was_lost_was_taken_by_the_bank_and_not_given_back(self, client, account):
        account.decides(account.disputes_it(the_gift(account), 2500), "lost")
        tell(account)
        page = self.page(client)
        assert page.h1.get_text() == "Your bank took this gift back"
        assert page.title.get_text().startswith("Your bank took this gift back")
        assert self.facts(client) == {"Given": "£25.00", "Returned to your bank": "£25.00", "Your gift now": "£0.00"}
        assert "within ten days" not in page.get_text()

    @pytest.mark.usefixtures("account")
    def test_a_refund_that_is_asked_for_is_on_its_way(self, client):
        with writing():
            refunds.ask(db.session.scalars(select(Donation)).one(), Money(1000, "gbp"), by="test", reason="")
        assert self.facts(client) == {"Given": "£25.00", "On its way back to you": "£10.00", "Your gift now": "£25.00"}


class TestAnAddressIsRequired:
    """When the organisation requires an address."""

    @pytest.fixture
    def settings(self, settings):
        import dataclasses

        return dataclasses.replace(settings, address_rule="required")

    @pytest.mark.usefixtures("appeal", "gateway")
    def test_it_is_asked_for_and_kept(self, client):
        assert errors(send(client)) == ["Enter your address", "Enter your postcode"]
        assert send(client, address="4 Mill Lane\nAmbleford", postcode="am1 2qx").status_code == 303
        assert db.session.scalars(select(Donation.address)).one().splitlines() == ["4 Mill Lane", "Ambleford"]


class TestNoAddressIsAsked:
    """When the organisation wants none."""

    @pytest.fixture
    def settings(self, settings):
        import dataclasses

        return dataclasses.replace(settings, address_rule="none")

    @pytest.mark.usefixtures("appeal", "gateway")
    def test_the_form_has_no_address(self, client):
        assert read(client.get("/appeals/press-fund/donate")).select("[name=address]") == []
        assert send(client).status_code == 303
