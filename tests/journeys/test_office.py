"""Into the office in a real browser: with an app's code for the first time, with a passkey, by axe-core's rules."""

import re
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security.utils import hash_password
from playwright.sync_api import expect
from werkzeug.serving import make_server

from app.database import writing
from app.staff import people
from tests.journeys.test_accessibility import RULES

pytestmark = pytest.mark.browser

PASSWORD = "four words side by side"


@pytest.fixture
def office(app) -> Iterator[str]:
    """The address of a site with one admin, who has never signed in, and one editor."""
    with writing():
        hashed = hash_password(PASSWORD)
        people.add("mina@lantern.example", ["admin"], name="Mina Harker", password_hash=hashed)
        people.add("zoe@lantern.example", ["editor"], name="Zoë Fairhurst", password_hash=hashed)
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/office"
    server.shutdown()
    thread.join()
    server.server_close()


def faults(page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{page.url} {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def signs_in(page, office: str, name: str) -> None:
    page.goto(f"{office}/")
    page.get_by_label("Email address").fill(f"{name}@lantern.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_admin_sets_up_the_code_at_the_first_sign_in_and_no_page_has_a_fault(page, office):
    page.goto(f"{office}/sign-in")
    found = faults(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    found += faults(page)
    signs_in(page, office, "mina")
    found += faults(page)
    page.get_by_role("button", name="Set up app").click()
    found += faults(page)
    # Practice mode shows what the app would.
    shown = re.search(r"would show (\d{6}) now", page.inner_text("main"))
    assert shown
    page.get_by_label("Code").fill(shown[1])
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Create new codes").click()
    expect(page.locator(".codes li")).to_have_count(8)
    found += faults(page)
    page.get_by_role("link", name="Continue to the office").click()
    page.get_by_role("navigation", name="Office").get_by_role("link", name="People").click()
    found += faults(page)
    page.get_by_role("link", name="Zoë Fairhurst").click()
    found += faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    for path in ("/people/", "/people/new", "/audit/", "/me/", "/me/passkeys", "/me/password", "/sign-in/again"):
        page.goto(f"{office}{path}")
        found += faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        found += [f"{path} scrolls sideways"] if wide else []
    assert found == []
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_stands_for_password_and_code(page, office):
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    verified = {**options, "isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": verified})
    signs_in(page, office, "zoe")
    page.goto(f"{office}/me/passkeys")
    page.get_by_label("Name of the new passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Passkey Laptop added.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Zoë Fairhurst")).to_be_visible()
    page.goto(f"{office}/me/passkeys")
    page.get_by_role("button", name="Remove Laptop").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Passkey Laptop removed.")).to_be_visible()
