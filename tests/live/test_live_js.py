"""live.js in a real browser: the total moves by itself, is spoken, rests unseen, and does without streams."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect, sync_playwright

from tests.journeys.conftest import chromium
from tests.live.site import PATIENCE, Installation

pytestmark = pytest.mark.browser

_HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

_RECORD_WHAT_IS_SPOKEN = """() => {
  const region = document.querySelector("[data-announce]");
  window.spoken = [];
  const record = () => spoken.push({ text: region.textContent, at: performance.now() });
  new MutationObserver(record).observe(region, { childList: true });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def slug(whipround: Installation) -> str:
    return whipround.open_appeal()


@pytest.fixture
def page(browser: Browser, whipround: Installation) -> Iterator[Page]:
    """A page that must not complain of anything."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{whipround.site.port}")
    context.set_default_timeout(PATIENCE * 1000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    yield opened
    context.close()
    assert complaints == []


def moved_to(page: Page, amount: str) -> None:
    expect(page.locator(".raised__number")).to_have_text(amount, timeout=PATIENCE * 1000)


def streams(page: Page) -> list[Request]:
    """The streams that this page opens, as they come."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if "/live/" in request.url else None)
    return found


def test_the_number_and_the_bar_move_without_a_reload_and_the_sum_is_spoken(
    whipround: Installation, slug: str, page: Page
) -> None:
    page.goto(f"/appeals/{slug}")
    moved_to(page, "£0")
    page.evaluate("window.bar = document.querySelector('.bar__done')")
    spoken = page.locator("[data-announce]")
    expect(spoken).to_have_text("")
    whipround.give(slug, 1_250_000)
    moved_to(page, "£12,500")
    expect(spoken).to_have_text("£12,500 raised of £25,000")
    # The same element has another width, so that the style sheet can move it.
    assert (
        page.evaluate("window.bar === document.querySelector('.bar__done') && window.bar.getAttribute('width')")
        == "500"
    )


def test_sums_in_quick_succession_are_spoken_with_pauses_and_the_last_is_never_left_out(
    whipround: Installation, slug: str, page: Page
) -> None:
    page.goto(f"/appeals/{slug}")
    moved_to(page, "£0")
    page.evaluate(_RECORD_WHAT_IS_SPOKEN)
    for times in range(1, 4):
        whipround.give(slug, 1000)
        moved_to(page, f"£{10 * times}")
    expect(page.locator("[data-announce]")).to_have_text("£30 raised of £25,000", timeout=PATIENCE * 1000)
    spoken = page.evaluate("spoken")
    assert spoken[0]["text"] == "£10 raised of £25,000"
    assert all(later["at"] - earlier["at"] > 4900 for earlier, later in pairwise(spoken))


def test_a_page_that_nobody_sees_holds_no_stream_and_is_right_on_return(
    whipround: Installation, slug: str, page: Page
) -> None:
    opened = streams(page)
    page.goto(f"/appeals/{slug}")
    moved_to(page, "£0")
    with page.expect_event("requestfailed", lambda request: "/live/" in request.url):
        page.evaluate(_HIDE, True)
    whipround.give(slug, 3300)
    before = len(opened)
    page.evaluate(_HIDE, False)
    moved_to(page, "£33")
    assert len(opened) == before + 1


def test_where_streams_are_refused_the_fragment_is_asked_for(whipround: Installation, slug: str, page: Page) -> None:
    refused = streams(page)

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="no room")

    page.route("**/live/**", refuse)
    with page.expect_response(lambda response: response.url.endswith("/raised") and response.status == 200):
        page.goto(f"/appeals/{slug}")
    whipround.give(slug, 800)
    moved_to(page, "£8")
    assert refused


def test_what_did_not_change_is_not_sent_again(slug: str, page: Page) -> None:
    page.route("**/live/**", lambda route: route.fulfill(status=503, body="no room"))
    page.goto(f"/appeals/{slug}")
    with page.expect_response(lambda response: response.url.endswith("/raised") and response.status == 304):
        pass
    moved_to(page, "£0")


def test_without_scripts_the_page_is_right_when_it_is_loaded(
    whipround: Installation, slug: str, browser: Browser
) -> None:
    whipround.give(slug, 4500)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{whipround.site.port}/appeals/{slug}")
    assert (page.locator(".raised__number").text_content() or "").strip() == "£45"
    context.close()
