"""An editor's afternoon: a picture, an article, an appeal to come, the calendar, and what readers then see."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app import clock
from tests.journeys.running import Installation
from tests.journeys.test_accessibility import faults

pytestmark = pytest.mark.browser


def a_photograph() -> dict[str, object]:
    """A picture as heavy as a camera's, far above what any other form may send."""
    body = io.BytesIO()
    Image.effect_noise((2000, 1500), 80).convert("RGB").save(body, "JPEG", quality=90)
    assert len(body.getvalue()) > 1024 * 1024
    return {"name": "weir.jpg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def without_fault(page: Page) -> None:
    """By the rules of axe-core, wide and light, narrow and dark; and nothing to scroll sideways."""
    for size, scheme in (({"width": 1280, "height": 900}, "light"), ({"width": 390, "height": 844}, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_an_editor_writes_previews_schedules_and_publishes(page: Page, example: Installation) -> None:
    page.goto(f"{example.base}/office/articles/")
    page.get_by_label("Email address").fill("editor@lantern.example")
    page.get_by_label("Password").fill("lantern in practice")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Articles")).to_be_visible()

    page.get_by_role("link", name="Images").click()
    page.get_by_label("Picture").set_input_files(a_photograph())
    page.get_by_label("Description of the image").fill("The weir at low water")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Line to put in a text")).to_have_value(
        re.compile(r"^!\[The weir at low water\]\(/images/[0-9a-f]{16}-1280\.webp\)$")
    )

    page.get_by_role("link", name="Articles").click()
    page.get_by_role("link", name="Write an article").click()
    page.get_by_label("Headline").fill("The weir is leaking")
    page.get_by_label("Text", exact=True).fill("It has leaked since *March*.")
    expect(page.locator("[data-previewed] em")).to_have_text("March")
    page.get_by_label("Text", exact=True).press("Control+End")
    page.locator("summary", has_text="Images").click()
    page.get_by_role("button", name="Insert The weir at low water").click()
    expect(page.locator("[data-previewed] img")).to_have_attribute("alt", "The weir at low water")
    page.get_by_label("Everybody, from now on").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview: nothing is saved yet")).to_be_focused()
    without_fault(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved as article")
    address = page.get_by_role("link", name=f"{example.base}/articles/").get_attribute("href")

    first, last = clock.today() + timedelta(days=50), clock.today() + timedelta(days=59)
    page.get_by_role("link", name="Appeals").click()
    with page.expect_response(lambda answer: answer.url.endswith("/live/appeals/keep-the-lantern-lit")) as streamed:
        page.get_by_role("table").get_by_role("link", name="Keep the Lantern lit").click()
    assert streamed.value.status == 200
    expect(page.locator(".raised__number")).to_have_text("£0")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Appeals").click()
    page.get_by_role("link", name="Write an appeal").click()
    page.get_by_label("Title").fill("Mend the weir")
    page.get_by_label("Address").fill("mend-the-weir")
    page.get_by_label("Text", exact=True).fill("Stones and mortar.")
    page.get_by_label("Target").fill("5,000")
    page.get_by_label("Suggested amounts").fill("10\n25")
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_label("Show it under the articles").check()
    without_fault(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Upcoming")).to_be_visible()
    page.get_by_role("link", name="Calendar").click()
    expect(page.locator(".outlook__span", has_text="Mend the weir")).to_contain_text("10 days")
    without_fault(page)

    page.goto(address or "")
    expect(page.get_by_role("heading", name="The weir is leaking")).to_be_visible()
    picture = page.get_by_role("img", name="The weir at low water")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.prose img').naturalWidth > 0")
