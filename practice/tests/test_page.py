"""The payment page: every test card, 3-D Secure both ways, and what a person is told."""

import pytest

from .conftest import a_session, eventually, pay, visit


@pytest.fixture
def session(api):
    """An open session."""
    return api.v1.checkout.sessions.create(params=a_session())


def test_the_page_says_that_it_is_for_practice(session):
    page = visit(session.url)
    assert page.status == 200
    assert "Practice Stripe" in page.text
    assert "No money moves here." in page.text
    assert "Donate £25" in page.text
    assert "The Lantern" in page.text
    assert 'value="ada@lantern.example"' in page.text
    assert 'href="http://127.0.0.1:9/give"' in page.text


def test_the_policy_allows_nothing_inline_and_one_way_out(session):
    policy = visit(session.url).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert policy.endswith("form-action 'self' http://127.0.0.1:9")


def test_a_good_card_pays(session, api):
    answer = pay(session.url)
    assert answer.status == 303
    assert answer.headers["location"] == f"http://127.0.0.1:9/thanks?session={session.id}"
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.customer_details.name, paid.customer_details.address.postal_code) == ("Ada Lamplighter", "AM1 2QX")
    intent, charge = paid.payment_intent, paid.payment_intent.latest_charge
    assert (intent.status, intent.amount_received, intent.description) == ("succeeded", 2500, "A gift")
    assert (charge.status, charge.paid, charge.captured, charge.amount) == ("succeeded", True, True, 2500)
    assert charge.metadata["donation"] == intent.metadata["donation"] == "D-7KQ2"
    assert charge.payment_method_details.card.last4 == "4242"
    assert api.v1.charges.list(params={"payment_intent": intent.id}).data[0].id == charge.id


@pytest.mark.parametrize(
    ("number", "code", "decline_code", "words"),
    [
        ("4000 0000 0000 0002", "card_declined", "generic_decline", "Your card was declined."),
        ("4000 0000 0000 9995", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("4000 0000 0000 0069", "expired_card", None, "Your card has expired."),
    ],
)
def test_a_declined_card_says_why_and_another_one_pays(session, api, hook, number, code, decline_code, words):
    answer = pay(session.url, number)
    assert answer.status == 422
    assert words in answer.text
    assert 'value="Ada Lamplighter"' in answer.text
    event = eventually(lambda: next((e for e in hook.events() if e.type == "payment_intent.payment_failed"), None))
    failure = event.data.object.last_payment_error
    assert (failure.code, failure.decline_code, failure.message) == (code, decline_code, words)
    charge = api.v1.charges.retrieve(event.data.object.latest_charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert pay(session.url).status == 303
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert paid.payment_intent.id == event.data.object.id
    assert paid.payment_intent.last_payment_error is None


def test_3d_secure_completed_pays(session, api):
    asked = pay(session.url, "4000 0000 0000 3220")
    assert asked.status == 303
    challenge = visit(session.url)
    assert "is this you?" in challenge.text
    assert api.v1.payment_intents.list().data[0].status == "requires_action"
    assert visit(session.url, {"do": "authenticate"}).headers["location"].startswith("http://127.0.0.1:9/thanks")
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (paid.payment_status, paid.payment_intent.status) == ("paid", "succeeded")


def test_3d_secure_failed_pays_nothing_and_asks_for_another_card(session, api):
    pay(session.url, "4000 0000 0000 3220")
    failed = visit(session.url, {"do": "fail"})
    assert failed.status == 422
    assert "We are unable to authenticate your payment method." in failed.text
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert api.v1.charges.list().data == []
    assert pay(session.url).status == 303


def test_an_unknown_card_is_refused_in_words_and_not_kept(session, api, practice_settings):
    answer = pay(session.url, "4929 1234 5678 9012")
    assert answer.status == 422
    assert "That is not one of the test cards." in answer.text
    assert "4929" not in answer.text
    assert b"4929" not in (practice_settings.data_dir / "practice-stripe.sqlite3").read_bytes()
    assert api.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "", "Enter an email address."),
        ("email", "nobody", "Enter an email address like name@example.org."),
        ("number", "", "Enter a test card number."),
        ("exp", "", "Enter an expiry date."),
        ("exp", "13/34", "Enter an expiry date like 12/34."),
        ("exp", "01/20", "Enter an expiry date that is not past."),
        ("cvc", "12", "Enter a security code of 3 or 4 digits."),
        ("name", "  ", "Enter the name on the card."),
    ],
)
def test_a_form_filled_in_badly_says_what_to_do(session, api, field, value, words):
    answer = pay(session.url, **{field: value}) if field != "number" else pay(session.url, value)
    assert answer.status == 422
    assert "There is a problem" in answer.text
    assert answer.text.count(words) == 2
    assert api.v1.payment_intents.list().data == []


def test_a_paid_session_says_so_and_cannot_be_paid_twice(session, api):
    pay(session.url)
    again = pay(session.url)
    assert again.status == 200
    assert "This is already paid" in again.text
    assert len(api.v1.charges.list().data) == 1


def test_an_expired_session_says_so(session, api):
    api.v1.checkout.sessions.expire(session.id)
    assert "This session has expired" in visit(session.url).text
    assert "This session has expired" in pay(session.url).text
    assert api.v1.charges.list().data == []


def test_a_page_that_never_was_is_404_in_words(practice):
    answer = visit(f"{practice}/c/pay/cs_test_x")
    assert answer.status == 404
    assert "Page not found" in answer.text


def test_a_form_from_another_site_is_refused(session, api):
    answer = visit(session.url, {"do": "pay"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert api.v1.payment_intents.list().data == []


def test_the_payer_is_sent_on_although_the_webhook_refuses(session, hook):
    hook.answers += [503] * 40
    assert pay(session.url).status == 303


def test_an_answer_to_a_question_that_nobody_asked_pays_nothing(session, api):
    assert visit(session.url, {"do": "authenticate"}).headers["location"].endswith(session.id)
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
