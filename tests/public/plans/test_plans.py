"""Changing a monthly gift: from any receipt to a mailed link, and with it what the donor wants; no account."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from app import clock
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations.donation import Donation
from app.donations.plans import dates, planning
from app.donations.plans.plan import Plan, PlanLink
from app.emails.email import DueEmail
from app.money import Money
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.receipts.receipt import Receipt
from app.reconciliation.exceptions import finding
from app.services import services
from app.web.filters import day as format_date
from app.worker import emails
from app.worker.clock import forget_attempts
from tests.cast import an_appeal
from tests.plan_world import a_plan, a_running_plan, follow_up
from tests.public.giving.test_donations import FakeGateway, errors, send
from tests.receipts.stage import a_due_receipt

OURS = ("Łucja", "Okoń", "lucja@example.org", "Weir Cottages", "AM9 9ZZ", "Keep on")


def read(answer):
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


@pytest.fixture
def running(app):
    """A running plan, and its Stripe as the gateway."""
    plan, stripe = a_running_plan(an_appeal(), address="9 Weir Cottages", postcode="AM9 9ZZ", message="Keep on")
    services(app).gateway = stripe
    return plan, stripe


def receipt_of(plan) -> str:
    db.session.rollback()
    return db.session.scalars(select(Receipt.reference).join(Donation).where(Donation.plan_id == plan.id)).one()


def ask_for_link(client, plan):
    path = f"/receipts/{receipt_of(plan)}/plan"
    token = (read(client.get(path)).select_one("input[name=csrf_token]") or {"value": ""})["value"]
    return client.post(path, data={"csrf_token": token})


def mailed_links(settings) -> list[str]:
    """The tokens in the mails that have gone out."""
    duty = emails.duty(settings)
    while duty.work_once():
        pass
    texts = [path.read_text() for path in sorted(settings.outbox.glob("*.eml"))]
    found = [token for text in texts for token in re.findall(r"/plans/([\w-]{43})", text.replace("=\n", ""))]
    return list(dict.fromkeys(found))


def mails(settings) -> dict[str, str]:
    """The text of each mail that has gone out, by its subject."""
    mailed_links(settings)
    read_all = [message_from_bytes(path.read_bytes(), policy=default) for path in settings.outbox.glob("*.eml")]
    return {mail["Subject"]: mail.get_body(("plain",)).get_content() for mail in read_all}


def a_link(client, plan, settings) -> str:
    assert ask_for_link(client, plan).status_code == 303
    return mailed_links(settings)[-1]


def now(plan) -> Plan:
    db.session.rollback()
    return db.session.get_one(Plan, plan.id, populate_existing=True)


def post(client, path, **fields):
    page = read(client.get(path.rsplit("/", 1)[0] if not path.endswith("/end") else path))
    return client.post(path, data={"csrf_token": page.select_one("input[name=csrf_token]")["value"], **fields})


class TestTheForm:
    def test_how_often_has_to_be_chosen(self, client):
        an_appeal()
        assert errors(send(client, rhythm="")) == ["Choose whether to give once or every month"]
        assert errors(send(client, rhythm="yearly")) == ["Choose whether to give once or every month"]

    @pytest.mark.parametrize(("preset", "checked"), [(None, []), ("once", ["once"]), ("monthly", ["monthly"])])
    def test_an_appeal_may_choose_it_beforehand_and_by_default_does_not(self, client, preset, checked):
        an_appeal(preset_rhythm=preset)
        page = read(client.get("/appeals/press-fund/donate"))
        assert [each["value"] for each in page.select("input[name=rhythm][checked]")] == checked

    def test_a_monthly_gift_is_a_plan_and_leads_to_stripe(self, app, client):
        an_appeal()
        services(app).gateway = gateway = FakeGateway()
        answer = send(client, rhythm="monthly")
        plan = db.session.scalars(select(Plan)).one()
        assert (answer.status_code, answer.location) == (303, f"http://checkout.example/{plan.checkout_key}")
        (request,) = gateway.requests
        assert request.params()["mode"] == "subscription"
        assert request.success_url == f"http://localhost/monthly/{plan.reference}"
        assert db.session.scalars(select(Donation)).all() == []
        # The same form again leads to the same page.
        assert gateway.keys == [plan.checkout_key]


class TestBeginning:
    def test_coming_back_waits_until_the_first_payment_is_in_the_books(self, client):
        plan = a_plan(an_appeal())
        assert "We are waiting for your bank" in client.get(f"/monthly/{plan.reference}").text
        assert "You have not been charged" in client.get(f"/monthly/{plan.reference}/cancelled").text

    def test_then_it_says_thank_you_and_nothing_of_who_gave(self, client, running):
        plan, _ = running
        page = client.get(f"/monthly/{plan.reference}").text
        assert "Thank you" in page
        assert "£10.00" in page
        assert not [word for word in OURS if word in page]
        assert client.get(f"/monthly/{plan.reference}/cancelled").status_code == 303
        etag = client.get(f"/monthly/{plan.reference}/progress").headers["ETag"]
        assert client.get(f"/monthly/{plan.reference}/progress", headers={"If-None-Match": etag}).status_code == 304


class TestFromAReceipt:
    def test_it_shows_the_plan_and_nothing_personal(self, client, running):
        answer = client.get(f"/receipts/{receipt_of(running[0])}/plan")
        assert "£10.00" in answer.text
        assert "Keep the press turning" in answer.text
        assert not [word for word in OURS if word in answer.text]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"

    def test_a_receipt_of_a_single_gift_has_no_plan(self, client):
        assert client.get(f"/receipts/{a_due_receipt().reference}/plan").status_code == 404
        assert client.get("/receipts/unknown/plan").status_code == 404

    def test_a_link_is_mailed_to_the_donors_own_address(self, client, running, settings):
        token = a_link(client, running[0], settings)
        assert client.get(f"/plans/{token}").status_code == 200
        (mail,) = settings.outbox.glob("*.eml")
        assert "lucja@example.org" in mail.read_text()

    def test_the_answer_is_the_same_whether_or_not_a_mail_goes_out(self, client, running, settings):
        answers = [ask_for_link(client, running[0]) for _ in range(5)]
        assert {(each.status_code, each.location) for each in answers} == {(303, answers[0].location)}
        assert len(mailed_links(settings)) == 3
        assert "Check your email" in client.get(answers[0].location).text

    def test_an_ended_plan_says_thank_you_and_mails_no_link(self, client, running, settings):
        plan, stripe = running
        follow_up([stripe.ends()], stripe)
        assert "has ended. Thank you" in client.get(f"/receipts/{receipt_of(plan)}/plan").text
        ask_for_link(client, plan)
        assert mailed_links(settings) == []


class TestTheLink:
    def test_it_opens_one_plan_and_no_other(self, client, running, settings):
        other, _ = a_running_plan(an_appeal("other"), "other", minor=7700)
        page = client.get(f"/plans/{a_link(client, running[0], settings)}").text
        assert "£10.00" in page
        assert "£77.00" not in page
        assert other.reference not in page

    def test_its_hour_runs_out_and_then_it_is_forgotten(self, client, running, settings):
        token = a_link(client, running[0], settings)
        with writing():
            db.session.execute(update(PlanLink).values(expires_at=clock.now() - timedelta(seconds=1)))
        answer = client.get(f"/plans/{token}")
        assert (answer.status_code, "no longer works" in answer.text) == (404, True)
        forget_attempts()
        assert db.session.scalars(select(PlanLink)).all() == []

    def test_only_a_keyed_hash_of_it_is_kept(self, client, running, settings):
        token = a_link(client, running[0], settings)
        kept = db.session.scalars(select(PlanLink.token_hash)).one()
        assert token not in kept
        for row in db.session.execute(select(DueEmail.__table__)).all():
            assert token not in str(row)
        assert client.get(f"/plans/{kept}").status_code == 404
        assert client.get(f"/plans/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}").status_code == 404

    def test_it_works_for_an_hour_from_its_mail(self, client, running, settings):
        a_link(client, running[0], settings)
        left = db.session.scalars(select(PlanLink.expires_at)).one() - clock.now()
        assert timedelta(minutes=59) < left <= timedelta(hours=1)


@pytest.mark.both_databases
class TestChanges:
    def test_another_amount_holds_from_the_next_payment_on(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        answer = post(client, f"/plans/{token}/amount", amount="15")
        assert answer.location == f"/plans/{token}?done=amount"
        assert "£15.00" in client.get(answer.location).text
        assert now(plan).amount == Money(1500, "gbp")
        assert now(plan).change_key is None
        follow_up(stripe.pays(2, 1500), stripe)
        given = db.session.scalars(select(Donation.amount_minor).order_by(Donation.id)).all()
        assert given == [1000, 1500]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [("", "Enter an amount"), ("0.50", "The amount must be £1 or more"), ("x", "Enter an amount")],
    )
    def test_an_amount_that_cannot_be_taken_changes_nothing(self, client, running, settings, typed, said):
        plan, stripe = running
        answer = post(client, f"/plans/{a_link(client, plan, settings)}/amount", amount=typed)
        assert answer.status_code == 422
        assert said in answer.text
        assert stripe.asked == []

    def test_a_pause_ends_by_itself_or_earlier(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        assert post(client, f"/plans/{token}/pause").status_code == 422
        assert post(client, f"/plans/{token}/pause", months="3").status_code == 303
        paused = now(plan)
        assert paused.state == "paused"
        # Three payments are skipped, from the next one on; the pause is over in time for the fourth.
        assert len(dates.skipped(paused)) == 3
        assert timedelta(days=0) < dates.next_taken(paused) - paused.paused_until <= timedelta(days=1)
        assert post(client, f"/plans/{token}/resume").status_code == 303
        assert (now(plan).state, now(plan).paused_until) == ("active", None)
        assert [each[0] for each in stripe.asked] == ["pause", "resume"]

    def test_the_page_names_the_days_that_a_pause_skips_before_and_after(self, client, running, settings):
        plan, _ = running
        token = a_link(client, plan, settings)
        (first, second), third = dates.if_paused(now(plan), 2)
        hint = read(client.get(f"/plans/{token}")).select(".choice__hint")[1].get_text()
        assert f"{third.day} " in hint.rpartition(" is taken on ")[2]
        assert "are skipped; the next payment is taken on" in hint
        answer = client.get(post(client, f"/plans/{token}/pause", months="2").location)
        facts = {row.dt.text: row.dd.get_text("|", strip=True) for row in read(answer).select(".facts > div")}
        assert facts["Not taken on"] == f"{format_date(first)}|{format_date(second)}"
        assert facts["Next payment"] == format_date(third)
        assert facts["At the moment"] == f"Paused until {format_date(third)}"

    def test_a_pause_its_end_and_another_amount_are_each_confirmed_by_one_mail(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        post(client, f"/plans/{token}/pause", months="1")
        (skipped,), taken = dates.if_paused(now(plan), 1)
        text = mails(settings)["Your monthly gift is paused"]
        assert format_date(skipped) in text
        assert f"The next payment is taken on {format_date(taken)}" in text
        assert f"/receipts/{receipt_of(plan)}/plan" in text
        post(client, f"/plans/{token}/resume")
        assert f"The next payment is taken on {format_date(skipped)}" in mails(settings)["Your monthly gift continues"]
        post(client, f"/plans/{token}/amount", amount="15")
        assert "is £15.00 from now on" in mails(settings)["Your monthly gift has a new amount"]
        follow_up([stripe.told(), stripe.told()], stripe)
        sent = db.session.scalars(select(DueEmail.kind).order_by(DueEmail.id)).all()
        assert sent == ["plan-link", "plan-paused", "plan-resumed", "plan-amount-changed"]

    def test_it_is_ended_after_one_more_question_and_thanked_for(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        assert "End your monthly gift?" in client.get(f"/plans/{token}/end").text
        assert now(plan).state == "active"
        answer = post(client, f"/plans/{token}/end")
        assert now(plan).state == "ended"
        assert "Thank you" in read(client.get(answer.location)).select_one("h1").text
        assert client.get(f"/plans/{token}/end").status_code == 303
        mailed_links(settings)
        texts = [path.read_text() for path in settings.outbox.glob("*.eml")]
        assert len([text for text in texts if "Subject: Thank you for your monthly gift" in text]) == 1
        assert [each[0] for each in stripe.asked] == ["cancel"]

    def test_a_new_card_is_given_on_stripes_page(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        answer = post(client, f"/plans/{token}/card")
        assert answer.location == "https://billing.stripe.com/p/session/test"
        assert stripe.asked == [("card", now(plan).customer_id, f"http://localhost/plans/{token}?done=card")]

    def test_what_cannot_be_reached_is_asked_again_under_the_same_key(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        stripe.failure = PaymentsUnavailable()
        answer = post(client, f"/plans/{token}/amount", amount="15")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "We could not reach the payment service" in answer.text
        assert "Nothing was changed" not in answer.text
        stripe.failure = None
        assert post(client, f"/plans/{token}/amount", amount="15").status_code == 303
        first, second = (key for _, _, key in stripe.asked)
        assert first == second

    def test_what_stripe_refuses_is_said_to_be_refused_and_is_not_asked_again(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        stripe.failure = PaymentsRefused("Stripe refused the call: amount_too_small")
        answer = post(client, f"/plans/{token}/amount", amount="15")
        assert answer.status_code == 409
        assert "did not accept this. Nothing was changed" in answer.text
        assert "could not reach" not in answer.text
        assert (now(plan).amount, now(plan).change_key) == (Money(1000, "gbp"), None)

    def test_a_look_begun_during_the_change_does_not_undo_it(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        during = []
        pause = stripe.pause

        def and_the_worker_looks(found, until, key):
            during.append(stripe.subscription(""))
            return pause(found, until, key)

        stripe.pause = and_the_worker_looks
        post(client, f"/plans/{token}/pause", months="1")
        with writing():
            planning.note(during[0])
        assert now(plan).state == "paused"

    def test_a_failure_that_stripe_has_stored_gets_a_new_key(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        stripe.failure = PaymentsUnavailable(outcome_stored=True)
        post(client, f"/plans/{token}/amount", amount="15")
        stripe.failure = None
        post(client, f"/plans/{token}/amount", amount="15")
        first, second = (key for _, _, key in stripe.asked)
        assert first != second

    def test_what_is_not_possible_any_more_shows_how_it_stands(self, client, running, settings):
        plan, stripe = running
        token = a_link(client, plan, settings)
        page = read(client.get(f"/plans/{token}"))
        csrf = page.select_one("input[name=csrf_token]")["value"]
        follow_up([stripe.ends()], stripe)
        answer = client.post(f"/plans/{token}/pause", data={"csrf_token": csrf, "months": "1"})
        assert (answer.status_code, answer.location) == (303, f"/plans/{token}")
        assert stripe.asked == []


def test_a_plan_that_will_end_with_its_month_says_so_and_takes_no_next_payment(client, running, settings):
    plan, stripe = running
    ends_at = stripe.body["items"]["data"][0]["current_period_end"]
    stripe.body.update(cancel_at_period_end=True, cancel_at=ends_at)
    follow_up([stripe.told()], stripe)
    facts = read(client.get(f"/plans/{a_link(client, plan, settings)}")).select_one(".facts").text
    assert f"Ends on {format_date(clock.from_timestamp(ends_at))}" in facts
    assert "Running" not in facts
    assert "Next payment" not in facts
    stripe.body.update(cancel_at_period_end=False, cancel_at=None)
    follow_up([stripe.told()], stripe)
    page = client.get(f"/receipts/{receipt_of(plan)}/plan").text
    assert "Running" in page
    assert "Next payment" in page


class TestAFailedPayment:
    def test_the_donor_is_written_to_with_a_link_and_the_books_list_it(self, client, running, settings):
        plan, stripe = running
        follow_up(stripe.fails(), stripe)
        (token,) = mailed_links(settings)
        page = client.get(f"/plans/{token}").text
        assert "Use a new card" in page
        assert 'href="https://invoice.stripe.com/i/failed2"' in page
        (mail,) = settings.outbox.glob("*.eml")
        assert f"/receipts/{receipt_of(plan)}/plan" in mail.read_text().replace("=\n", "")
        found = [each for each in finding.find() if each.kind == "failed monthly gift"]
        assert [each.reference for each in found] == [plan.reference]
        follow_up(stripe.pays(2), stripe)
        assert [each for each in finding.find() if each.kind == "failed monthly gift"] == []

    def test_a_bank_that_asks_the_donor_is_answered_on_stripes_page_to_which_the_mail_leads(self, running, settings):
        plan, stripe = running
        follow_up(stripe.fails(asking=True), stripe)
        mailed_links(settings)
        (mail,) = [message_from_bytes(path.read_bytes(), policy=default) for path in settings.outbox.glob("*.eml")]
        for part in ("plain", "html"):
            assert "https://invoice.stripe.com/i/failed2" in mail.get_body((part,)).get_content()
        follow_up(stripe.pays(2), stripe)
        assert now(plan).payment_url is None

    def test_nothing_is_written_when_it_was_paid_before_the_mail_went_out(self, running, settings):
        _, stripe = running
        follow_up(stripe.fails(), stripe)
        follow_up(stripe.pays(2), stripe)
        assert mailed_links(settings) == []
        assert db.session.scalars(select(DueEmail.state)).all() == ["dropped"]


class TestAnotherAppeal:
    def test_the_donor_gives_it_to_another_open_appeal_and_is_told_by_mail(self, client, running, settings):
        plan, stripe = running
        appeal = an_appeal("roof", title="A new roof")
        roof = SimpleNamespace(id=appeal.id, reference=appeal.reference)
        token = a_link(client, plan, settings)
        page = read(client.get(f"/plans/{token}"))
        assert [each.get_text(strip=True) for each in page.select("form[action$=appeal] .choice__label")] == [
            "A new roof"
        ]
        assert not page.select("input[name=appeal][checked]")
        nothing = post(client, f"/plans/{token}/appeal")
        assert (nothing.status_code, errors(nothing)) == (422, ["Choose an appeal"])
        answer = post(client, f"/plans/{token}/appeal", appeal=roof.reference)
        assert answer.location == f"/plans/{token}?done=appeal"
        assert "From the next payment, your monthly gift goes to this appeal." in client.get(answer.location).text
        assert (now(plan).appeal_id, now(plan).begun_for_id) == (roof.id, plan.appeal_id)
        assert stripe.body["description"] == "A new roof"
        said = mails(settings)["Your monthly gift goes to another appeal"]
        assert "From the next payment, your monthly gift of £10.00 goes to “A new roof”." in " ".join(said.split())
        assert "Gifts you have already made stay" in " ".join(said.split())

    def test_an_appeal_that_ended_says_so_before_the_choice(self, client, running, settings):
        plan, _ = running
        an_appeal("roof", title="A new roof")
        with writing():
            db.session.get_one(Appeal, plan.appeal_id).ends_on = clock.today() - timedelta(days=1)
        page = client.get(f"/plans/{a_link(client, plan, settings)}").text
        assert "“Keep the press turning” has ended." in page

    def test_where_no_other_appeal_is_open_none_is_offered(self, client, running, settings):
        plan, _ = running
        assert "Change the appeal" not in client.get(f"/plans/{a_link(client, plan, settings)}").text

    def test_what_stripe_does_not_answer_is_not_done_and_can_be_asked_again(self, client, running, settings):
        plan, stripe = running
        appeal = an_appeal("roof")
        roof = SimpleNamespace(id=appeal.id, reference=appeal.reference)
        token = a_link(client, plan, settings)
        stripe.failure = PaymentsUnavailable()
        assert post(client, f"/plans/{token}/appeal", appeal=roof.reference).status_code == 503
        assert now(plan).appeal_id == plan.appeal_id
        stripe.failure = None
        post(client, f"/plans/{token}/appeal", appeal=roof.reference)
        assert now(plan).appeal_id == roof.id
        keys = {key for what, _how, key in stripe.asked if what == "appeal"}
        assert len(keys) == 1
