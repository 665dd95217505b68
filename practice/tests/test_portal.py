"""The portal: another card for what is given each month, and back."""

import pytest
import stripe

from .conftest import a_plan, eventually, pay, press, told, visit


def flow(**changes):
    """What Whipround asks for when somebody wants to give another card."""
    after = {"type": "redirect", "redirect": {"return_url": "http://127.0.0.1:9/plan"}}
    return {"type": "payment_method_update", "after_completion": after, **changes}


@pytest.fixture
def plan(api):
    """A monthly gift."""
    return a_plan(api)


@pytest.fixture
def session(api, plan):
    """A portal for its giver."""
    asked = {"customer": plan.customer, "flow_data": flow(), "return_url": "http://127.0.0.1:9/back"}
    return api.v1.billing_portal.sessions.create(params=asked)


def test_another_card_is_taken_and_used_from_then_on(api, practice, hook, plan, session):
    page = visit(session.url)
    assert "Use another card" in page.text
    assert 'href="http://127.0.0.1:9/back"' in page.text
    assert page.headers["content-security-policy"].endswith("form-action 'self' http://127.0.0.1:9")
    answer = pay(session.url, "4000 0000 0000 3220")
    assert (answer.status, answer.headers["location"]) == (303, "http://127.0.0.1:9/plan")
    now = api.v1.subscriptions.retrieve(plan.id, params={"expand": ["default_payment_method"]})
    assert now.default_payment_method.card.last4 == "3220"
    customer = api.v1.customers.retrieve(plan.customer)
    assert customer.invoice_settings.default_payment_method == now.default_payment_method.id
    assert told(api)[-5:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "customer.updated",
        "customer.subscription.updated",
    ]
    eventually(lambda: "customer.subscription.updated" in hook.types())
    press(practice, f"subscriptions/{plan.id}/renew")
    charge = api.v1.charges.list().data[0]
    assert charge.payment_method_details.card.last4 == "3220"


def test_it_can_be_used_once(api, plan, session):
    pay(session.url)
    assert "This page can no longer be used" in visit(session.url).text
    assert "This page can no longer be used" in pay(session.url).text
    assert len(api.v1.payment_methods.list(params={"customer": plan.customer}).data) == 2


def test_its_time_is_short(practice, session):
    press(practice, "clock", advance=3601)
    assert "This page can no longer be used" in visit(session.url).text


@pytest.mark.parametrize("number", ["4000 0000 0000 0002", "4929 1234 5678 9012"])
def test_a_card_that_cannot_be_kept_is_said_so(api, plan, session, number):
    answer = pay(session.url, number)
    assert answer.status == 422
    assert "There is a problem" in answer.text
    assert api.v1.subscriptions.retrieve(plan.id).default_payment_method == plan.default_payment_method


def test_a_card_that_fails_later_is_taken(api, practice, plan, session):
    assert pay(session.url, "4000 0000 0000 0341").status == 303
    press(practice, f"subscriptions/{plan.id}/renew")
    assert api.v1.subscriptions.retrieve(plan.id).status == "past_due"


def test_without_a_way_back_it_says_that_all_is_done(api, plan):
    session = api.v1.billing_portal.sessions.create(
        params={"customer": plan.customer, "flow_data": {"type": "payment_method_update"}}
    )
    assert "This page can no longer be used" in pay(session.url).text


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"customer": None}, "customer"),
        ({"customer": "cus_x"}, "customer"),
        ({"flow_data": None}, "flow_data[type]"),
        ({"flow_data": {"type": "subscription_cancel"}}, "flow_data[type]"),
        (
            {"flow_data": {"type": "payment_method_update", "after_completion": {"type": "redirect"}}},
            "flow_data[after_completion][redirect][return_url]",
        ),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
    ],
)
def test_refuses_what_cannot_be(api, plan, changes, param):
    asked = {"customer": plan.customer, "flow_data": flow(), "return_url": "http://127.0.0.1:9/back", **changes}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.billing_portal.sessions.create(params={k: v for k, v in asked.items() if v is not None})
    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_a_portal_that_never_was_is_404(practice):
    assert visit(f"{practice}/p/session/bps_x").status == 404
