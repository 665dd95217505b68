"""A street collection and two cheques, entered by keyboard alone, paid in with a slip, and a mistake put right."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from app import clock
from app.database import db, writing
from app.ledger import verifying
from app.offline import standing_orders
from app.offline.standing_orders import Promise
from tests.cast import an_appeal
from tests.journeys.test_writing import without_fault
from tests.office.conftest import a_person, sign_in
from tests.offline.hands import a_branch, a_count, pounds, raised_by

pytestmark = pytest.mark.browser

# One page of each make; the others are made of the same parts.
PAGES = ("collections/new", "gifts-by-hand/new/in-kind", "standing-orders/", "branches/")


@pytest.fixture
def office(app) -> Iterator[str]:
    """The address of a site's office."""
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/office/"
    server.shutdown()
    thread.join()
    server.server_close()


def comes_in(context: BrowserContext, app, office: str) -> Page:
    """The treasurer, who has just signed in."""
    cookie = sign_in(app, a_person("treasurer")).get_cookie("session")
    context.add_cookies([{"name": "session", "value": cookie.value, "url": office.removesuffix("office/")}])
    db.session.rollback()
    return context.new_page()


def types_on(page: Page, *typed: str) -> None:
    """Type into one field after another, going on with the tabulator."""
    for text in typed:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def test_a_collection_and_two_cheques_are_entered_by_keyboard_and_paid_in(app, browser: Browser, office: str):
    appeal = an_appeal()
    page = comes_in(browser.new_context(), app, office)
    page.goto(f"{office}collections/")
    page.get_by_role("link", name="Enter a count").click()
    expect(page.get_by_label("Place")).to_be_focused()
    types_on(page, "Market Square", "12, 14", "S-901", "", "Tomos Rees")
    # £50, £20, £10, £5, £2, £1, and of 50p three.
    types_on(page, "", "2", "", "1", "", "12", "3")
    expect(page.locator("[data-total]")).to_have_text("£58.50")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Count saved: £58.50 is in the books.")).to_be_visible()

    page.goto(f"{office}cheques/new")
    for amount, name in (("40", "Ida Brandt"), ("12.50", "Łucja Okoń")):
        expect(page.get_by_label("Amount")).to_be_focused()
        types_on(page, amount, name, "000123")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"from {name}.")).to_be_visible()

    page.get_by_role("link", name="Paying in").click()
    for box in page.get_by_role("checkbox").all():
        box.press("Space")
    page.get_by_label("Reference of the paying-in slip").fill("500123")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Paid in with slip 500123.")).to_be_visible()
    without_fault(page)

    page.get_by_role("link", name="Łucja Okoń").click()
    without_fault(page)
    page.get_by_label("Reason").fill("It was £12.05")
    page.get_by_role("button", name="Reverse gift").click()
    page.get_by_role("button", name="Reverse gift").click()
    expect(page.get_by_text("Gift reversed.")).to_be_visible()
    assert raised_by(appeal) == (9850, 1)
    assert verifying.faults() == []


def test_without_a_script_the_total_is_shown_before_the_sheet_is_taken(app, browser: Browser, office: str):
    appeal = an_appeal()
    page = comes_in(browser.new_context(java_script_enabled=False), app, office)
    page.goto(f"{office}collections/new")
    page.get_by_label("Place").fill("Mill Lane")
    page.get_by_label("And by").fill("Tomos Rees")
    page.get_by_label("£20", exact=True).fill("3")
    page.get_by_role("button", name="Save sheet").click()
    expect(page.get_by_text("The total is £60.00.")).to_be_visible()
    assert raised_by(appeal) == (0, 0)
    page.get_by_role("button", name="Save sheet of £60.00").click()
    expect(page.get_by_text("Count saved: £60.00 is in the books.")).to_be_visible()
    assert raised_by(appeal) == (6000, 0)


def test_no_page_has_a_fault(app, browser: Browser, office: str):
    appeal, branch = an_appeal(), a_branch()
    sheet = a_count(appeal, branch_id=branch.id)
    with writing():
        promise = Promise(pounds("10"), 1, clock.today() - timedelta(days=70), "Ida Brandt", "BRANDT")
        standing_orders.expect(appeal, promise, branch_id=branch.id)
    page = comes_in(browser.new_context(), app, office)
    for address in (*PAGES, f"collections/{sheet.reference}"):
        page.goto(office + address)
        without_fault(page)
