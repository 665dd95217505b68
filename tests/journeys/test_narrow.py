"""The office on a phone: nothing scrolls sideways or is cut off, every amount is in sight; and no page has a fault."""

import io
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app.database import db
from app.office.access import EVERYONE
from tests.journeys.test_accessibility import RULES
from tests.office.conftest import a_person, sign_in
from tests.office.furnished import addresses, furnish

pytestmark = pytest.mark.browser

# What is wider than the screen, or reaches out of it: the page, what scrolls or hides inside it, and amounts.
CUT_OFF = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const each of document.querySelectorAll(".table-frame, .table, .table td, .table th, main dd")) {
    if (each.closest("thead") || !each.checkVisibility()) continue;
    if (each.clientWidth && each.scrollWidth > each.clientWidth + 1)
      found.push(`${each.tagName} ${each.className}: ${each.innerText.slice(0, 60)}`);
  }
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!/[£€$]\\s?\\d/.test(text.data) || !text.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects())
      if (box.left < 0 || box.right > wide + 0.5) found.push(`amount: ${text.data.trim()}`);
  }
  return found;
}"""

# Fields side by side whose labels, or whose inputs, do not begin at one height with their neighbours'.
CROOKED = """() => {
  const found = [], top = (each) => Math.round(each.getBoundingClientRect().top);
  for (const group of document.querySelectorAll(".desk-form__pair, .writing__row, .filters")) {
    const lines = new Map();
    for (const field of group.querySelectorAll(":scope > .field")) {
      if (!field.checkVisibility()) continue;
      const line = lines.get(top(field)) ?? [];
      lines.set(top(field), [...line, [top(field.lastElementChild), field.innerText.slice(0, 30)]]);
    }
    for (const line of lines.values()) if (new Set(line.map(([at]) => at)).size > 1) found.push(line);
  }
  return found;
}"""


@pytest.fixture
def office(app) -> Iterator[tuple[str, str, list[str]]]:
    """A furnished office: where it is, the cookie of somebody who may see all of it, and its pages."""
    client = sign_in(app, a_person(*EVERYONE))
    found = addresses(app, client, furnish(app, client))
    db.session.rollback()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    cookie = client.get_cookie("session")
    yield f"http://127.0.0.1:{server.server_port}", cookie.value, [each for every in found.values() for each in every]
    server.shutdown()
    thread.join()
    server.server_close()


def opened(browser: Browser, base: str, cookie: str, width: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 740})
    context.add_cookies([{"name": "session", "value": cookie, "url": base}])
    return context.new_page()


@pytest.mark.parametrize("width", [375, 1280])
def test_no_table_hides_an_amount_or_is_cut_off(browser: Browser, office: tuple[str, str, list[str]], width: int):
    base, cookie, paths = office
    page = opened(browser, base, cookie, width)
    wrong = {}
    for path in paths:
        page.goto(base + path)
        if found := page.evaluate(CUT_OFF):
            wrong[path] = found[:4]
    page.context.close()
    assert wrong == {}


def test_no_page_of_the_office_has_a_fault_by_the_rules_of_axe(
    app: Flask, browser: Browser, office: tuple[str, str, list[str]]
):
    base, cookie, paths = office
    page = opened(browser, base, cookie, 1280)
    match = app.url_map.bind("localhost").match
    wrong = {}
    # One page of each view: what axe-core looks at is the same on the others.
    for path in {match(urlsplit(path).path)[0]: path for path in paths}.values():
        page.goto(base + path)
        if found := Axe().run(page, options=RULES).response["violations"]:
            wrong[path] = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
    page.context.close()
    assert wrong == {}


def test_a_printed_list_begins_on_the_first_page(browser: Browser, office: tuple[str, str, list[str]]):
    base, cookie, _paths = office
    page = opened(browser, base, cookie, 1280)
    begun = {"/office/ledger/": "Assets", "/office/income/": "Total", "/office/paying-in/": "Cheque 000123"}
    for path, first in begun.items():
        page.goto(base + path)
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
        assert first in printed.pages[0].extract_text(), path
    page.context.close()


def test_fields_side_by_side_stand_on_one_line_whatever_their_hints(
    browser: Browser, office: tuple[str, str, list[str]]
):
    base, cookie, paths = office
    page = opened(browser, base, cookie, 1280)
    crooked = {}
    for path in paths:
        page.goto(base + path)
        # The hint of one field alone, and the message beside one alone.
        page.evaluate(
            """() => document.querySelectorAll(":is(.desk-form__pair, .writing__row, .filters) > .field:first-child")
                .forEach(each => each.firstElementChild.insertAdjacentHTML("afterend",
                    "<p class=field__hint>A hint that takes more than one line beside a field that has none at all</p>"
                    + "<p class=field__error>Enter it</p>"))"""
        )
        if found := page.evaluate(CROOKED):
            crooked[path] = found
    page.context.close()
    assert crooked == {}
