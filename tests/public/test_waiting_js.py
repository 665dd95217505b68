"""waiting.js in a real browser: the page after paying says what has become of the gift, and then stops asking."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import checkout
from app.payments.checkout import Checkout
from tests.cast import a_pledge
from tests.journeys.conftest import chromium
from tests.live.site import PATIENCE, Installation, run_whipround

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whipround(engine_name: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("whipround")
    with run_whipround(engine_name, template, folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def reference(whipround: Installation) -> str:
    """A gift that can be paid."""
    slug = whipround.open_appeal()
    with whipround.app.app_context():
        donation = a_pledge(db.session.scalars(select(Appeal).where(Appeal.slug == slug)).one())
        with writing():
            checkout.checkout_opened(donation, Checkout(f"cs_{slug}", "https://checkout.example/pay", 4_000_000_000))
        return donation.reference


def test_what_has_changed_is_shown_spoken_and_named_and_what_has_not_keeps_the_focus(
    browser: Browser, whipround: Installation, reference: str
) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/progress" in request.url else None)
    page.goto(f"http://127.0.0.1:{whipround.site.port}/donations/{reference}")
    page.get_by_role("link", name="Go back to the payment page").focus()
    page.evaluate("region = document.querySelector('[role=status]')")
    with page.expect_response("**/progress") as answer:
        page.clock.run_for(2000)
    answer.value.finished()
    with page.expect_response("**/progress"):
        # The second question comes only after the first answer has been dealt with.
        page.clock.run_for(10_000)
    assert page.evaluate("document.activeElement.textContent") == "Go back to the payment page"
    with whipround.app.app_context(), writing():
        checkout.abandon(reference)
    with page.expect_response(lambda response: "/progress" in response.url and response.status == 200):
        page.clock.run_for(20_000)
    expect(page.get_by_role("heading", name="This gift was not paid")).to_be_visible()
    expect(page).to_have_title("This gift was not paid · The Lantern")
    assert page.evaluate("region.isConnected && region.contains(document.querySelector('h1'))")
    assert page.locator("[role=status] [role=status]").count() == 0
    questions = len(asked)
    page.clock.run_for(60_000)
    assert len(asked) == questions
    page.close()


def test_a_gift_that_was_not_paid_is_not_asked_for(browser: Browser, whipround: Installation, reference: str) -> None:
    with whipround.app.app_context(), writing():
        checkout.abandon(reference)
    page = browser.new_page()
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/progress" in request.url else None)
    page.goto(f"http://127.0.0.1:{whipround.site.port}/donations/{reference}")
    expect(page).to_have_title("This gift was not paid · The Lantern")
    page.clock.run_for(60_000)
    assert asked == []
    page.close()
