"""A gift in a real browser, from the article to the receipt, with two stand-ins for Stripe."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.running import Installation, answers, eventually

pytestmark = pytest.mark.browser

GOOD, NO_FUNDS, ASKS_3DS = "4242 4242 4242 4242", "4000 0000 0000 9995", "4000 0000 0000 3220"


def fill_in(page: Page, whipround: Installation, amount: str = "£25", name: str = "Łucja 学 Okoń") -> None:
    """Open the giving form, fill it in and go on to Stripe's page."""
    page.goto(f"{whipround.base}/appeals/press-fund/donate")
    page.get_by_text(amount, exact=True).click()
    page.get_by_role("radio", name="Once").check()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email address").fill("lucja@example.org")
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/c/pay/"))


def fill_in_card(page: Page, number: str) -> None:
    """Fill in the payment page."""
    page.locator("[name=number]").fill(number)
    page.locator("[name=exp]").fill("12/34")
    page.locator("[name=cvc]").fill("123")
    page.locator("[name=name]").fill("L Okon")
    page.locator("[name=postal]").fill("AM1 2QX")


def pay(page: Page, number: str = GOOD) -> None:
    """Fill in the payment page and pay."""
    fill_in_card(page, number)
    page.locator("[name=do][value=pay]").click()


def mails(whipround: Installation) -> list[Path]:
    return sorted((Path(whipround.environ["DATA_DIR"]) / "outbox").glob("*.eml"))


def test_a_gift_reaches_the_books_the_inbox_and_every_open_page(whipround: Installation, page: Page, browser):
    watcher = browser.new_context().new_page()
    watcher.goto(f"{whipround.base}/appeals/press-fund")
    expect(watcher.locator("[data-live]")).to_contain_text("£0")
    fill_in(page, whipround)
    pay(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("£25.00", exact=True)).to_be_visible()
    expect(watcher.locator("[data-live]")).to_contain_text("£25", timeout=10_000)
    receipt = page.get_by_role("link", name="Open your receipt (PDF)")
    expect(receipt).to_be_visible(timeout=30_000)
    pdf = page.request.get(whipround.base + receipt.get_attribute("href"))
    assert pdf.ok
    assert pdf.body().startswith(b"%PDF")
    eventually(lambda: len(mails(whipround)) == 1)
    assert json.loads(whipround.flask("books", "verify", "--json"))["clean"]
    watcher.context.close()


def test_a_declined_card_costs_nothing_and_another_card_pays(whipround: Installation, page: Page):
    fill_in(page, whipround)
    pay(page, NO_FUNDS)
    expect(page.get_by_text("insufficient funds", exact=False).first).to_be_visible()
    pay(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)
    eventually(lambda: len(mails(whipround)) == 1, 30)
    assert "£25.00" not in whipround.flask("books", "exceptions")


def test_three_d_secure_is_asked_for_and_the_gift_arrives(whipround: Installation, page: Page):
    fill_in(page, whipround)
    pay(page, ASKS_3DS)
    page.locator("[name=do][value=authenticate]").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)


def test_coming_back_without_paying_keeps_the_gift_to_finish_it(whipround: Installation, page: Page):
    fill_in(page, whipround, "£10")
    page.goto(re.sub(r".*", "", page.url) + page.locator("a[href*=cancelled]").first.get_attribute("href"))
    expect(page.get_by_role("heading", name="You have not been charged")).to_be_visible()
    page.get_by_role("link", name="Pay £10").click()
    pay(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)


def test_going_back_after_paying_shows_a_fresh_form_and_pays_nothing(whipround: Installation, page: Page):
    fill_in(page, whipround)
    pay(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)
    page.go_back()
    page.go_back()
    page.goto(f"{whipround.base}/appeals/press-fund/donate")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    raised = page.request.get(f"{whipround.base}/appeals/press-fund/raised.json").json()
    assert (raised["raised_minor"], raised["gifts"]) == (2500, 1)


@pytest.mark.parametrize("stripe", ["practice"], indirect=True)
def test_without_javascript_the_whole_way_works(whipround: Installation, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    fill_in(page, whipround)
    pay(page)
    page.wait_for_url(re.compile(r"/donations/"))
    eventually(lambda: (page.reload(), page.get_by_role("heading", name="Thank you").count())[1], 20)
    page.goto(f"{whipround.base}/appeals/press-fund")
    expect(page.locator("[data-live]")).to_contain_text("£25")
    page.context.close()


@pytest.mark.parametrize("stripe", ["practice"], indirect=True)
def test_by_keyboard_alone_the_form_is_filled_in_and_sent(whipround: Installation, page: Page):
    page.goto(f"{whipround.base}/appeals/press-fund/donate")
    page.locator("input[name=amount]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Łucja Okoń")
    page.keyboard.press("Tab")
    page.keyboard.type("lucja@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/c/pay/"))
    expect(page.locator("body")).to_contain_text("25.00")


@pytest.mark.parametrize("stripe", ["practice"], indirect=True)
def test_stripe_away_costs_nothing_that_was_typed(whipround: Installation, page: Page):
    whipround.kill("stripe")
    page.goto(f"{whipround.base}/appeals/press-fund/donate")
    page.get_by_text("£50", exact=True).click()
    page.get_by_role("radio", name="Once").check()
    page.get_by_label("Your name").fill("Łucja Okoń")
    page.get_by_label("Email address").fill("lucja@example.org")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("You have not been charged")).to_be_visible(timeout=30_000)
    expect(page.get_by_label("Your name")).to_have_value("Łucja Okoń")
    whipround.start("stripe", "practice")
    eventually(lambda: answers(whipround.stripe))
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(re.compile(r"/c/pay/"))
