"""A page with unsaved text warns before it is left, and one that is saved or untouched does not."""

import pytest
from playwright.sync_api import Browser

from app.database import db
from tests.journeys import test_by_hand
from tests.office.conftest import a_person, sign_in

pytestmark = pytest.mark.browser

office = test_by_hand.office


@pytest.mark.parametrize("path", ["articles/new", "appeals/new"])
def test_leaving_what_is_not_saved_is_asked_about(app, browser: Browser, office: str, path: str):
    context = browser.new_context()
    cookie = sign_in(app, a_person("editor")).get_cookie("session")
    context.add_cookies([{"name": "session", "value": cookie.value, "url": office.removesuffix("office/")}])
    db.session.rollback()
    page, asked = context.new_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(office + path)
    page.goto(f"{office}images")
    assert asked == []
    page.goto(office + path)
    page.locator("textarea[name=text]").press_sequentially("A text")
    page.goto(f"{office}images")
    assert asked == ["beforeunload"]
    page.goto(office + path)
    page.locator("textarea[name=text]").press_sequentially("A text")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector(".error-summary")
    assert asked == ["beforeunload"]
    page.goto(f"{office}images")
    assert asked == ["beforeunload", "beforeunload"]
    context.close()
