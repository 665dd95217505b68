"""Monthly gifts: the first month, the following ones, and everything that may change or fail on the way."""

import itertools

import pytest
import stripe

from app.payments.gateway import StripeGateway

from .conftest import a_monthly_session, a_plan, eventually, movements, pay, press, told, visit

MONTH = ["invoice.created", "invoice.finalized", "charge.succeeded", "invoice.paid", "invoice_payment.paid"]


def latest(api, plan, **more):
    """The plan's last invoice."""
    return api.v1.subscriptions.retrieve(plan.id, params={"expand": ["latest_invoice.payments"], **more}).latest_invoice


def charge_of(api, invoice):
    """The charge that an invoice was paid with, found as Whipround finds it."""
    payments = api.v1.invoice_payments.list(params={"invoice": invoice.id, "expand": ["data.payment.payment_intent"]})
    return api.v1.charges.retrieve(payments.data[0].payment.payment_intent.latest_charge)


def ended(api, plan):
    """Whether Stripe has ended the plan."""
    return api.v1.subscriptions.retrieve(plan.id).status == "canceled"


def test_the_session_begins_a_subscription_with_its_first_month_paid(api, practice):
    session = api.v1.checkout.sessions.create(params=a_monthly_session())
    assert "Donate £10 a month" in visit(session.url).text
    pay(session.url)
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["subscription", "customer", "invoice"]})
    plan, customer, invoice = paid.subscription, paid.customer, paid.invoice
    assert (paid.status, paid.payment_status, paid.payment_intent) == ("complete", "paid", None)
    assert (plan.status, plan.metadata["plan"], plan.description) == ("active", "P-1", "Each month")
    assert (customer.email, customer.name, customer.address.postal_code) == (
        "ada@lantern.example",
        "Ada Lamplighter",
        "AM1 2QX",
    )
    item = plan["items"].data[0]
    assert (item.price.unit_amount, item.price.recurring.interval) == (1000, "month")
    assert 28 <= (item.current_period_end - item.current_period_start) / 86400 <= 31
    assert plan.latest_invoice == invoice.id
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 1000, "subscription_create")
    assert invoice.parent.subscription_details.subscription == plan.id
    assert invoice.parent.subscription_details.metadata["plan"] == "P-1"
    assert invoice.lines.data[0].period.end == item.current_period_end
    assert "invoice" not in api.v1.charges.list().data[0]


def test_its_charge_says_nothing_of_the_plan_but_its_payment_intent_leads_there(api):
    plan = a_plan(api)
    charge = charge_of(api, latest(api, plan))
    assert (charge.amount, charge.metadata.to_dict(), charge.customer) == (1000, {}, plan.customer)
    assert charge.description == "Subscription creation"
    by_intent = {"payment": {"type": "payment_intent", "payment_intent": charge.payment_intent}}
    (payment,) = api.v1.invoice_payments.list(params=by_intent).data
    assert (payment.invoice, payment.amount_paid, payment.status) == (plan.latest_invoice, 1000, "paid")
    whole = api.v1.invoices.retrieve(
        payment.invoice,
        params={"expand": ["payments.data.payment.payment_intent", "parent.subscription_details.subscription"]},
    )
    assert whole.payments.data[0].payment.payment_intent.id == charge.payment_intent
    assert whole.parent.subscription_details.subscription.id == plan.id


def test_each_month_an_invoice_is_paid_with_a_fee_like_any_gift(api, practice):
    plan = a_plan(api)
    first = plan["items"].data[0].current_period_end
    before = len(told(api))
    press(practice, f"subscriptions/{plan.id}/renew")
    renewed = api.v1.subscriptions.retrieve(plan.id)
    assert renewed["items"].data[0].current_period_start == first
    invoice = latest(api, plan)
    assert (invoice.status, invoice.billing_reason, invoice.number[-4:]) == ("paid", "subscription_cycle", "0002")
    assert (invoice.period_end, invoice.lines.data[0].period.start) == (first, first)
    assert charge_of(api, invoice).description == "Subscription update"
    assert [kind for kind in told(api)[before:] if kind in MONTH] == MONTH
    eventually(lambda: len(movements(api, type="charge")) == 2)
    assert movements(api, type="charge") == [("charge", 968, 32)] * 2
    listed = api.v1.invoices.list(params={"subscription": plan.id, "status": "paid"}).data
    assert [row.id for row in listed] == [invoice.id, plan.latest_invoice]


def test_months_that_went_by_unseen_are_paid_one_by_one(api, practice):
    plan = a_plan(api)
    press(practice, "clock", months=3)
    invoices = api.v1.invoices.list(params={"subscription": plan.id}).data
    assert [row.status for row in invoices] == ["paid"] * len(invoices)
    assert len(invoices) in (3, 4)
    starts = [row.lines.data[0].period.start for row in invoices]
    assert all(28 <= (later - earlier) / 86400 <= 31 for later, earlier in itertools.pairwise(starts))
    assert 0 <= invoices[0].created - starts[0] < 60


def test_a_new_sum_counts_from_the_next_month(api, practice):
    plan = a_plan(api)
    item = plan["items"].data[0]
    price = {
        "currency": "gbp",
        "product": item.price.product,
        "recurring": {"interval": "month"},
        "unit_amount": 2000,
    }
    changed = api.v1.subscriptions.update(
        plan.id, params={"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"}
    )
    assert changed["items"].data[0].price.unit_amount == 2000
    assert told(api)[-1] == "customer.subscription.updated"
    assert len(api.v1.invoices.list().data) == 1
    press(practice, f"subscriptions/{plan.id}/renew")
    assert latest(api, plan).amount_paid == 2000


def test_an_invoice_keeps_what_its_subscription_said_of_itself_when_it_was_made_final(api, practice):
    plan = a_plan(api)
    moved = api.v1.subscriptions.update(plan.id, params={"metadata": {"appeal": "roof"}, "description": "A new roof"})
    assert (moved.metadata.to_dict(), moved.description) == ({"plan": "P-1", "appeal": "roof"}, "A new roof")
    press(practice, f"subscriptions/{plan.id}/renew")
    invoices = api.v1.invoices.list(params={"subscription": plan.id}).data
    said = [each.parent.subscription_details.metadata.to_dict() for each in invoices]
    assert said == [{"plan": "P-1", "appeal": "roof"}, {"plan": "P-1"}]
    charge = StripeGateway("sk_test_practice", practice).charge_of_invoice(invoices[0].id)
    assert (charge.plan, charge.appeal) == ("P-1", "roof")


def test_prices_and_products_can_be_made_beforehand(api):
    product = api.v1.products.create(params={"name": "A monthly gift"})
    asked = {"currency": "gbp", "product": product.id, "unit_amount": 500, "recurring": {"interval": "month"}}
    price = api.v1.prices.create(params=asked)
    plan = a_plan(api, line_items=[{"price": price.id, "quantity": 2}])
    assert plan["items"].data[0].price.id == price.id
    assert latest(api, plan).amount_paid == 1000
    assert api.v1.products.retrieve(product.id).name == "A monthly gift"
    assert api.v1.prices.retrieve(price.id, params={"expand": ["product"]}).product.id == product.id


@pytest.mark.parametrize(
    ("behavior", "status", "event"),
    [
        ("void", "void", "invoice.voided"),
        ("mark_uncollectible", "uncollectible", "invoice.marked_uncollectible"),
        ("keep_as_draft", "draft", "invoice.created"),
    ],
)
def test_a_pause_of_collection_takes_no_money(api, practice, behavior, status, event):
    plan = a_plan(api)
    paused = api.v1.subscriptions.update(plan.id, params={"pause_collection": {"behavior": behavior}})
    assert (paused.status, paused.pause_collection.behavior) == ("active", behavior)
    press(practice, f"subscriptions/{plan.id}/renew")
    assert latest(api, plan).status == status
    assert event in told(api)
    assert ("payment_intent.canceled" in told(api)) == (behavior == "void")
    assert len(api.v1.charges.list().data) == 1
    resumed = api.v1.subscriptions.update(plan.id, params={"pause_collection": ""})
    assert resumed.pause_collection is None
    press(practice, f"subscriptions/{plan.id}/renew")
    assert latest(api, plan).status == "paid"


def test_a_pause_may_end_by_itself(api, practice):
    plan = a_plan(api)
    until = plan["items"].data[0].current_period_end + 86400
    api.v1.subscriptions.update(plan.id, params={"pause_collection": {"behavior": "void", "resumes_at": until}})
    press(practice, f"subscriptions/{plan.id}/renew")
    assert latest(api, plan).status == "void"
    press(practice, "clock", advance=2 * 86400)
    assert api.v1.subscriptions.retrieve(plan.id).pause_collection is None


def test_a_plan_can_be_paused_altogether_and_go_on(api, practice):
    plan = a_plan(api)
    assert api.v1.subscriptions.pause(plan.id).status == "paused"
    assert told(api)[-1] == "customer.subscription.paused"
    press(practice, "clock", months=2)
    assert len(api.v1.invoices.list().data) == 1
    resumed = api.v1.subscriptions.resume(plan.id, params={"proration_behavior": "none"})
    assert resumed.status == "active"
    assert "customer.subscription.resumed" in told(api)
    assert len(api.v1.invoices.list().data) == 2
    with pytest.raises(stripe.InvalidRequestError, match="Only paused"):
        api.v1.subscriptions.resume(plan.id)


def test_it_can_end_with_the_month_and_be_kept_after_all(api, practice):
    plan = a_plan(api)
    leaving = api.v1.subscriptions.update(
        plan.id, params={"cancel_at_period_end": True, "cancellation_details": {"comment": "Moving house."}}
    )
    assert leaving.cancel_at == plan["items"].data[0].current_period_end
    assert (leaving.cancellation_details.reason, leaving.cancellation_details.comment) == (
        "cancellation_requested",
        "Moving house.",
    )
    stays = api.v1.subscriptions.update(plan.id, params={"cancel_at_period_end": False})
    assert (stays.cancel_at, stays.canceled_at) == (None, None)
    api.v1.subscriptions.update(plan.id, params={"cancel_at_period_end": True})
    press(practice, f"subscriptions/{plan.id}/renew")
    assert ended(api, plan)
    assert told(api)[-1] == "customer.subscription.deleted"
    assert len(api.v1.invoices.list().data) == 1


def test_it_can_end_at_once_and_only_once(api, practice):
    plan = a_plan(api)
    over = api.v1.subscriptions.cancel(plan.id, params={"cancellation_details": {"feedback": "too_expensive"}})
    assert (over.status, over.cancellation_details.feedback) == ("canceled", "too_expensive")
    assert over.ended_at == over.canceled_at
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.subscriptions.cancel(plan.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="canceled subscription"):
        api.v1.subscriptions.update(plan.id, params={"description": "x"})
    assert api.v1.subscriptions.update(plan.id, params={"metadata": {"a": "1"}}).metadata["a"] == "1"
    assert api.v1.subscriptions.list().data == []
    assert [row.id for row in api.v1.subscriptions.list(params={"status": "all"}).data] == [plan.id]
    press(practice, "clock", months=2)
    assert len(api.v1.charges.list().data) == 1


def test_a_month_that_fails_is_tried_again_and_paid(api, practice):
    plan = a_plan(api)
    press(practice, f"subscriptions/{plan.id}/card")
    press(practice, f"subscriptions/{plan.id}/renew")
    late = api.v1.subscriptions.retrieve(plan.id)
    invoice = latest(api, plan)
    assert (late.status, invoice.status, invoice.attempt_count) == ("past_due", "open", 1)
    assert 0 < invoice.next_payment_attempt - invoice.created <= 4 * 86400
    events = told(api)
    assert events[-2:] == ["invoice.payment_failed", "customer.subscription.updated"]
    assert events[-4:-2] == ["charge.failed", "payment_intent.payment_failed"]
    press(practice, f"subscriptions/{plan.id}/card", number="4242424242424242")
    press(practice, "clock", advance=4 * 86400)
    assert api.v1.subscriptions.retrieve(plan.id).status == "active"
    assert latest(api, plan).status == "paid"
    assert latest(api, plan).attempt_count == 2


def test_a_month_that_nobody_pays_ends_the_plan(api, practice):
    plan = a_plan(api)
    press(practice, f"subscriptions/{plan.id}/card")
    press(practice, f"subscriptions/{plan.id}/renew")
    press(practice, "clock", advance=20 * 86400)
    over = api.v1.subscriptions.retrieve(plan.id)
    assert (over.status, over.cancellation_details.reason) == ("canceled", "payment_failed")
    assert (latest(api, plan).status, latest(api, plan).attempt_count) == ("open", 4)
    assert told(api).count("invoice.payment_failed") == 4


def test_an_open_month_can_be_collected_on_request(api, practice):
    plan = a_plan(api)
    press(practice, f"subscriptions/{plan.id}/card")
    press(practice, f"subscriptions/{plan.id}/renew")
    invoice = latest(api, plan)
    with pytest.raises(stripe.CardError) as declined:
        api.v1.invoices.pay(invoice.id)
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")
    assert declined.value.error.decline_code == "generic_decline"
    assert latest(api, plan).attempt_count == 2
    assert api.v1.invoices.pay(invoice.id, params={"payment_method": plan.default_payment_method}).status == "paid"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        api.v1.invoices.pay(invoice.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.invoices.void_invoice(invoice.id)


def test_an_open_month_can_be_given_up(api, practice):
    plan = a_plan(api)
    press(practice, f"subscriptions/{plan.id}/card")
    press(practice, f"subscriptions/{plan.id}/renew")
    assert api.v1.invoices.mark_uncollectible(latest(api, plan).id).status == "uncollectible"
    assert api.v1.invoices.void_invoice(latest(api, plan).id).status == "void"


def test_an_open_month_can_be_paid_on_its_page(api, practice):
    plan = a_plan(api)
    press(practice, f"subscriptions/{plan.id}/card")
    press(practice, f"subscriptions/{plan.id}/renew")
    address = latest(api, plan).hosted_invoice_url
    looked_up = api.v1.subscriptions.retrieve(plan.id, params={"expand": ["latest_invoice"]}).latest_invoice
    assert (looked_up.status, looked_up.hosted_invoice_url) == ("open", address)
    page = visit(address)
    assert "£10.00 to The Lantern is not paid yet." in page.text
    assert address in visit(f"{practice}/").text
    assert "Your card was declined." in pay(address, "4000 0000 0000 0002").text
    assert pay(address, "").status == 422
    assert pay(address).status == 303
    assert "cannot be paid again" in visit(address).text
    assert api.v1.subscriptions.retrieve(plan.id).status == "active"
    assert visit(f"{practice}/i/in_x").status == 404


@pytest.mark.parametrize("number", ["4000 0000 0000 0341", "4000 0000 0000 9995"])
def test_a_card_that_is_declined_begins_nothing(api, number):
    session = api.v1.checkout.sessions.create(params=a_monthly_session())
    assert pay(session.url, number).status == 422
    assert api.v1.subscriptions.list().data == []
    assert pay(session.url).status == 303
    assert len(api.v1.subscriptions.list().data) == 1


def test_3d_secure_is_asked_for_the_first_month(api):
    session = api.v1.checkout.sessions.create(params=a_monthly_session())
    pay(session.url, "4000 0000 0000 3220")
    assert visit(session.url, {"do": "authenticate"}).status == 303
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_customer_who_is_known_already_gives_again(api):
    asked = {"email": "ada@lantern.example", "name": "Ada", "metadata": {"a": "1"}, "address": {"city": "Amble"}}
    customer = api.v1.customers.create(params=asked)
    plan = a_plan(api, customer=customer.id, customer_email=None)
    assert plan.customer == customer.id
    assert [row.id for row in api.v1.subscriptions.list(params={"customer": customer.id}).data] == [plan.id]
    assert [row.id for row in api.v1.customers.list(params={"email": "ada@lantern.example"}).data] == [customer.id]
    changed = api.v1.customers.update(customer.id, params={"name": "Ada L.", "metadata": {"a": ""}})
    assert (changed.name, changed.metadata.to_dict(), changed.address.city) == ("Ada L.", {}, "Amble")
    assert told(api)[-1] == "customer.updated"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"items": [{"id": "si_x"}], "proration_behavior": "none"}, "items[0][id]"),
        ({"items": [{"id": "si_x"}]}, "proration_behavior"),
        ({"default_payment_method": "pm_x"}, "payment_method"),
        ({"pause_collection": {"behavior": "nap"}}, "pause_collection[behavior]"),
        ({"trial_end": "now"}, "trial_end"),
    ],
)
def test_a_change_that_cannot_be_is_refused(api, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.subscriptions.update(a_plan(api).id, params=params)
    assert refused.value.param == param


def test_it_can_be_ended_and_seen_on_the_control_panel(api, practice):
    plan = a_plan(api)
    assert plan.id in visit(f"{practice}/").text
    assert press(practice, f"subscriptions/{plan.id}/cancel")["status"] == "canceled"
    assert visit(f"{practice}/control/subscriptions/{plan.id}/card", {"number": "4000000000000002"}).status == 409
    assert press(practice, "billing")["ok"]
