"""A running Whipround, and a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cast import an_appeal
from tests.journeys.running import PEER, Installation, run_whipround

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of a Chromium on this machine."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if named is None:
        pytest.fail("no Chromium: install one, or name it in CHROMIUM")
    return named


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module; each page has a profile of its own.

    Not for the whole run: while Playwright is at work, its event loop counts as running in this thread, and tests with
    an event loop of their own would be refused.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a profile of its own, that fails the test when a script of ours does."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert troubles == []


@pytest.fixture(params=["practice", pytest.param("peer", marks=pytest.mark.peer)])
def stripe(request: pytest.FixtureRequest) -> str:
    """Which stand-in plays Stripe."""
    if request.param == "peer" and not PEER.exists():
        pytest.skip("the Stripe stand-in does not stand beside this checkout")
    return str(request.param)


@pytest.fixture
def whipround(app: Flask, database_url: str, tmp_path: Path, stripe: str) -> Iterator[Installation]:
    """A running Whipround with one appeal in force."""
    an_appeal()
    with run_whipround(tmp_path, database_url, stripe) as running:
        yield running


@pytest.fixture
def example(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Whipround with the example, and its people."""
    with run_whipround(tmp_path, database_url, "practice") as running:
        running.flask("example", "load")
        yield running
