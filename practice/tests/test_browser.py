"""The payment page in a real browser: the buttons fill the form, and the policy lets the payer go where they should."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.conftest import chromium

from .conftest import a_gift, a_plan, a_session, press

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone-sized page that must not complain of the policy."""
    context = browser.new_context(viewport={"width": 375, "height": 800})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text))
    yield opened
    context.close()
    assert [said for said in complaints if "Content Security Policy" in said] == []


def test_a_test_card_is_filled_in_asks_the_bank_and_pays(page, api, practice):
    # The way back leads to another origin, as it does at Whipround.
    away = practice.replace("127.0.0.1", "localhost") + "/healthz?session={CHECKOUT_SESSION_ID}"
    session = api.v1.checkout.sessions.create(params=a_session(success_url=away))
    page.goto(session.url)
    page.get_by_role("button", name="Use 4000 0000 0000 3220").click()
    assert page.get_by_label("Card number").input_value() == "4000 0000 0000 3220"
    page.get_by_label("Name on card").fill("Ada Lamplighter")
    page.get_by_role("button", name="Donate £25").click()
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url("**/healthz?*")
    assert page.url == away.replace("{CHECKOUT_SESSION_ID}", session.id)


def test_every_page_is_accessible_and_fits_a_phone(browser, api, practice):
    session = api.v1.checkout.sessions.create(params=a_session())
    a_gift(api, "4000 0000 0000 0259")
    plan = a_plan(api)
    api.v1.refunds.create(params={"charge": a_gift(api).id, "amount": 700})
    press(practice, f"subscriptions/{plan.id}/card")
    press(practice, f"subscriptions/{plan.id}/renew")
    press(practice, "payouts/auto", early=1)
    invoice = api.v1.invoices.list(params={"status": "open"}).data[0].hosted_invoice_url
    flow: Any = {"customer": plan.customer, "flow_data": {"type": "payment_method_update"}}
    portal = api.v1.billing_portal.sessions.create(params=flow).url
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": 375, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
            bypass_csp=True,  # axe runs as a script of its own
        )
        page = context.new_page()
        for address in (session.url, invoice, portal, f"{practice}/", f"{practice}/c/pay/nothing"):
            page.goto(address)
            found = Axe().run(page).response["violations"]
            assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        context.close()


def test_money_goes_back_on_the_control_panel(page, api, practice):
    charge = a_gift(api)
    page.goto(f"{practice}/")
    page.get_by_label("Amount to refund of £25.00").fill("10")
    page.get_by_role("button", name=f"Refund {charge.id}").click()
    page.get_by_text("refunded in part").wait_for()
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 1000
    page.get_by_label("Amount to refund of £25.00").fill("15.01")
    page.get_by_role("button", name=f"Refund {charge.id}").click()
    page.get_by_text("greater than unrefunded amount").wait_for()


def test_without_a_script_the_errors_are_there_all_the_same(browser, api):
    session = api.v1.checkout.sessions.create(params=a_session())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(session.url)
    assert page.get_by_role("button", name="Use").count() == 0
    page.get_by_role("button", name="Donate £25").click()
    assert page.get_by_role("alert").get_by_role("link").count() == 4
    assert page.title().startswith("Error:")
    context.close()
