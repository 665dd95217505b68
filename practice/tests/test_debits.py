"""Direct debits: offered by currency, complete before they are paid, and days later come, failed or taken back."""

import pytest

from .conftest import a_monthly_session, a_session, eventually, movements, press, told, visit

DAY = 24 * 60 * 60
BACS = {"sort_code": "108800", "number": "00012345"}
EURO = {"price_data": {"currency": "eur", "unit_amount": 2500, "product_data": {"name": "A gift"}}, "quantity": 1}


def debit(url, **changes):
    """Fill in the payment page's form for a direct debit and send it."""
    fields = {"email": "ada@lantern.example", "name": "Ada Lamplighter", "agreed": "y", "by": "debit", "do": "pay"}
    return visit(url, {**fields, **changes})


@pytest.fixture
def charge(api):
    """A debit of £25 that is on its way."""
    session = api.v1.checkout.sessions.create(params=a_session())
    assert debit(session.url, **BACS).status == 303
    return api.v1.charges.list().data[0]


def test_it_is_offered_in_pounds_and_in_euros_alone(api, practice):
    assert "Bacs Direct Debit" in visit(api.v1.checkout.sessions.create(params=a_session()).url).text
    euros = api.v1.checkout.sessions.create(params=a_session(line_items=[EURO]))
    assert "SEPA Direct Debit" in visit(euros.url).text
    assert list(euros.payment_method_types) == ["card", "sepa_debit"]
    dollars = {**EURO, "price_data": {**EURO["price_data"], "currency": "usd"}}
    assert "Direct Debit" not in visit(api.v1.checkout.sessions.create(params=a_session(line_items=[dollars])).url).text


def test_the_session_is_complete_and_unpaid_while_the_debit_is_on_its_way(api, charge):
    session = api.v1.events.list().data[0].data.object
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    intent = api.v1.payment_intents.retrieve(charge.payment_intent)
    assert (intent.status, intent.latest_charge) == ("processing", charge.id)
    assert (charge.status, charge.paid, charge.balance_transaction) == ("pending", False, None)
    details = charge.payment_method_details
    assert (charge.id[:3], details.type, details.bacs_debit.last4) == ("py_", "bacs_debit", "2345")
    assert api.v1.mandates.retrieve(details.bacs_debit.mandate).status == "pending"
    assert told(api) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "checkout.session.completed",
    ]
    assert movements(api) == []


def test_it_comes_after_seven_working_days_and_its_fee_a_moment_later(api, practice, charge):
    press(practice, "clock", advance=8 * DAY)
    assert api.v1.charges.retrieve(charge.id).status == "pending"
    press(practice, "clock", advance=3 * DAY)
    came = eventually(lambda: (now := api.v1.charges.retrieve(charge.id)).balance_transaction and now)
    assert (came.status, came.paid) == ("succeeded", True)
    assert movements(api) == [("payment", 2475, 25)]
    assert told(api)[4:] == [
        "mandate.updated",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
        "charge.updated",
    ]
    assert api.v1.mandates.retrieve(came.payment_method_details.bacs_debit.mandate).status == "active"


@pytest.mark.parametrize(
    ("number", "code", "mandate"),
    [("22222227", "insufficient_funds", "pending"), ("33333335", "debit_not_authorized", "inactive")],
)
def test_it_fails_as_the_test_account_says(api, practice, number, code, mandate):
    session = api.v1.checkout.sessions.create(params=a_session())
    debit(session.url, **{**BACS, "number": number})
    press(practice, "clock", advance=11 * DAY)
    charge = api.v1.charges.list().data[0]
    assert (charge.status, charge.failure_code) == ("failed", code)
    assert api.v1.mandates.retrieve(charge.payment_method_details.bacs_debit.mandate).status == mandate
    assert told(api)[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    ended = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (ended.status, ended.payment_status, ended.payment_intent.status) == (
        "complete",
        "unpaid",
        "requires_payment_method",
    )


def test_the_control_panel_lets_it_come_or_fail_at_once(api, practice, charge):
    press(practice, f"charges/{charge.id}/fail")
    assert api.v1.charges.retrieve(charge.id).failure_code == "insufficient_funds"
    assert visit(f"{practice}/control/charges/{charge.id}/arrive", {}).status == 409
    debit(api.v1.checkout.sessions.create(params=a_session()).url, **BACS)
    another = api.v1.charges.list().data[0]
    panel = visit(practice + "/").text
    assert "Let it arrive" in panel
    assert "complete, not paid" in panel
    press(practice, f"charges/{another.id}/arrive")
    assert api.v1.charges.retrieve(another.id).status == "succeeded"


def test_a_debit_that_had_come_is_returned_without_a_dispute(api, practice, charge):
    assert visit(f"{practice}/control/charges/{charge.id}/return", {}).status == 409
    press(practice, f"charges/{charge.id}/arrive")
    eventually(lambda: api.v1.charges.retrieve(charge.id).balance_transaction)
    press(practice, f"charges/{charge.id}/return")
    returned = api.v1.charges.retrieve(charge.id, params={"expand": ["failure_balance_transaction"]})
    assert (returned.status, returned.failure_balance_transaction.type) == ("failed", "payment_failure_refund")
    assert movements(api) == [("payment", 2475, 25), ("payment_failure_refund", -2500, 0)]
    assert api.v1.payment_intents.retrieve(charge.payment_intent).status == "succeeded"


def test_a_dispute_of_a_debit_is_final(api, practice):
    euros = api.v1.checkout.sessions.create(params=a_session(line_items=[EURO]))
    assert debit(euros.url, number="DE35 3704 0044 0532 0130 02").status == 303
    press(practice, "clock", advance=8 * DAY)
    dispute = eventually(lambda: api.v1.disputes.list().data)[0]
    assert (dispute.status, dispute.reason) == ("lost", "debit_not_authorized")
    assert movements(api) == [("payment", 2465, 35), ("adjustment", -4500, 2000)]
    assert told(api)[-3:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]


def test_a_monthly_gift_runs_before_its_first_debit_has_come_and_each_month_takes_days(api, practice):
    session = api.v1.checkout.sessions.create(params=a_monthly_session())
    assert debit(session.url, **BACS).status == 303
    begun = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["subscription", "invoice"]})
    assert (begun.payment_status, begun.subscription.status, begun.invoice.status) == ("unpaid", "active", "open")
    press(practice, "clock", advance=11 * DAY)
    assert api.v1.invoices.retrieve(begun.invoice.id).status == "paid"
    assert "checkout.session.async_payment_succeeded" in told(api)
    press(practice, f"subscriptions/{begun.subscription.id}/renew")
    second = api.v1.invoices.list().data[0]
    assert (second.status, api.v1.charges.list().data[0].status) == ("open", "pending")
    press(practice, "clock", advance=6 * DAY)
    assert api.v1.invoices.retrieve(second.id).status == "paid"


def test_a_month_whose_debit_fails_is_tried_again_and_late_until_then(api, practice):
    session = api.v1.checkout.sessions.create(params=a_monthly_session())
    debit(session.url, **{**BACS, "number": "22222227"})
    press(practice, "clock", advance=11 * DAY)
    begun = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["subscription", "invoice"]})
    assert (begun.subscription.status, begun.invoice.status, begun.invoice.attempt_count) == ("past_due", "open", 1)
    assert begun.invoice.next_payment_attempt


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({**BACS, "number": "12345678"}, "That is not one of the test accounts"),
        ({**BACS, "sort_code": "200000"}, "That is not one of the test accounts"),
        ({"number": "00012345"}, "Enter the test sort code."),
        ({**BACS, "agreed": ""}, "Agree that the account may be debited."),
        ({**BACS, "name": ""}, "Enter the account holder"),
    ],
)
def test_what_is_wrong_is_said_and_no_real_account_is_kept(api, changes, words):
    session = api.v1.checkout.sessions.create(params=a_session())
    answer = debit(session.url, **changes)
    assert answer.status == 422
    assert words in answer.text
    assert "12345678" not in answer.text
    assert api.v1.charges.list().data == []
