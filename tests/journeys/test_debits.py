"""A direct debit in a real browser, at Practice Stripe: on its way for days, then received, failed or taken back."""

import re

import pytest
import stripe
from playwright.sync_api import Page, expect

from tests.journeys.running import Installation, eventually
from tests.journeys.test_giving import fill_in
from tests.journeys.test_monthly import control, mailed, raised

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    # The other stand-in takes cards alone.
    pytest.mark.parametrize("stripe", ["practice"], indirect=True),
]


DAY = 24 * 60 * 60


def debit(page: Page, number: str = "00012345") -> None:
    """Pay by direct debit on the payment page."""
    page.get_by_role("link", name="Bacs Direct Debit").click()
    page.get_by_role("button", name=f"Use {number}").click()
    page.get_by_label("Account holder").fill("L Okon")
    page.get_by_label("I hold this account").check()
    page.locator("[name=do][value=pay]").click()


def subscription(whipround: Installation) -> str:
    """The id of the one subscription at Practice Stripe."""
    client = stripe.StripeClient("sk_test_practice", base_addresses={"api": whipround.stripe})
    return client.v1.subscriptions.list().data[0].id


def charge(whipround: Installation) -> stripe.Charge:
    """The latest charge at Practice Stripe."""
    client = stripe.StripeClient("sk_test_practice", base_addresses={"api": whipround.stripe})
    return client.v1.charges.list().data[0]


def do(whipround: Installation, action: str) -> None:
    """Have the latest charge come, fail, returned or disputed."""
    control(whipround, f"charges/{charge(whipround).id}/{action}")


def text(page: Page) -> str:
    """What the page says, loaded anew."""
    page.reload()
    return " ".join(page.locator("main").inner_text().split())


def test_a_debit_is_on_its_way_then_received_and_then_returned(whipround: Installation, page: Page) -> None:
    fill_in(page, whipround)
    debit(page)
    expect(page.get_by_role("heading", name="Your gift is on its way")).to_be_visible(timeout=30_000)
    eventually(lambda: "You are paying by Bacs Direct Debit" in text(page))
    assert raised(whipround, page) == (0, 0)
    assert mailed(whipround, "Receipt") == []

    do(whipround, "arrive")
    eventually(lambda: "Thank you" in text(page))
    assert "Paid by Bacs Direct Debit." in text(page)
    assert raised(whipround, page) == (2500, 1)
    eventually(lambda: mailed(whipround, "Receipt"), 60)

    do(whipround, "return")
    eventually(lambda: "Your bank took this gift back" in text(page))
    assert "Your gift now £0.00" in text(page)
    assert raised(whipround, page)[0] == 0
    eventually(lambda: mailed(whipround, "took back"), 60)
    assert "The books are clean" in whipround.flask("books", "verify")
    assert "Nothing needs attention" in whipround.flask("books", "exceptions")


def test_a_debit_that_fails_is_no_gift_and_its_giver_is_told(whipround: Installation, page: Page) -> None:
    fill_in(page, whipround)
    debit(page, "22222227")
    expect(page.get_by_role("heading", name="Your gift is on its way")).to_be_visible(timeout=30_000)
    control(whipround, "clock", advance=11 * DAY)
    eventually(lambda: "This gift was not paid" in text(page))
    assert "Your bank did not pay the debit (Bacs Direct Debit)." in text(page)
    assert raised(whipround, page) == (0, 0)
    eventually(lambda: mailed(whipround, "did not"), 60)
    assert mailed(whipround, "Receipt") == []


def test_a_debit_that_is_disputed_is_lost_at_once(whipround: Installation, page: Page) -> None:
    fill_in(page, whipround)
    debit(page, "55555559")
    expect(page.get_by_role("heading", name="Your gift is on its way")).to_be_visible(timeout=30_000)
    do(whipround, "arrive")
    eventually(lambda: charge(whipround).disputed)
    eventually(lambda: "Your bank took this gift back" in text(page), 60)
    assert "within ten days" not in text(page)
    assert "Nothing needs attention" in whipround.flask("books", "exceptions")
    assert raised(whipround, page)[0] == 0
    assert "The books are clean" in whipround.flask("books", "verify")


def test_a_monthly_gift_by_debit_begins_before_its_money_has_come(whipround: Installation, page: Page) -> None:
    page.goto(f"{whipround.base}/appeals/press-fund/donate")
    page.get_by_text("£10", exact=True).click()
    page.get_by_role("radio", name="Every month").check()
    page.get_by_label("Your name").fill("Łucja Okoń")
    page.get_by_label("Email address").fill("lucja@example.org")
    page.get_by_role("button", name="Continue to set up your monthly gift").click()
    page.wait_for_url(re.compile(r"/c/pay/"))
    debit(page)
    page.wait_for_url(re.compile(r"/monthly/"))
    eventually(lambda: "Your monthly gift is on its way" in text(page))
    assert raised(whipround, page) == (0, 0)
    do(whipround, "arrive")
    eventually(lambda: "Your first monthly gift" in text(page))
    assert raised(whipround, page) == (1000, 1)

    control(whipround, f"subscriptions/{subscription(whipround)}/renew")
    eventually(lambda: charge(whipround).status == "pending")
    assert raised(whipround, page) == (1000, 1)
    control(whipround, "clock", advance=7 * DAY)
    eventually(lambda: raised(whipround, page) == (2000, 2), 30)
