"""`make screenshot`: takes the README's picture anew, docs/images/whipround.png, from practice mode.

It starts everything as `make run` does, with a folder and ports of its own, gives as its readers would with the test
card, and takes the picture of an article with the appeal beside it.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, Page, expect, sync_playwright

HOUSE = Path(__file__).parent.parent
PICTURE = HOUSE / "docs/images/whipround.png"
ARTICLE, APPEAL = "/articles/118", "/appeals/keep-the-lantern-lit"
SITE, PRACTICE = "127.0.0.1:8018", "127.0.0.1:8019"
# What readers gave, by name, in pounds.
GIFTS = {"Danuta Wójcik": 50, "Nasreen Akhtar": 1200, "Zoë Fairhurst": 2500, "Ambleford Trades Council": 4800}


def main() -> int:
    """Start, give, take the picture, stop."""
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(which, ("chromium", "google-chrome"))))
    with practice_mode(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, pounds in GIFTS.items():
            give(browser, name, pounds)
        take_picture(browser)
        browser.close()
    return 0


@contextmanager
def practice_mode() -> Iterator[None]:
    """All of Whipround inside the block, with books that begin empty."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "DATA_DIR": folder, "BIND": SITE, "PRACTICE_BIND": PRACTICE}
        command = [sys.executable, str(HOUSE / "scripts/run.py")]
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        try:
            for line in process.stdout or ():
                if "Ctrl-C" in line:
                    break
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def give(browser: Browser, name: str, pounds: int) -> None:
    """One gift, from the form to the thanks."""
    page = new_page(browser)
    page.goto(f"http://{SITE}{APPEAL}/donate")
    page.locator("[name=other]").fill(str(pounds))
    page.get_by_role("radio", name="Once").check()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill("reader@lantern.example")
    page.get_by_role("button", name="Go on to pay").click()
    for field, value in (("number", "4242424242424242"), ("exp", "12/34"), ("cvc", "123"), ("name", name)):
        page.locator(f"[name={field}]").fill(value)
    page.locator("[name=postal]").fill("AM1 2QX")
    page.locator("[name=do][value=pay]").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)
    page.close()


def take_picture(browser: Browser) -> None:
    """An article, with the appeal that is in force beside it."""
    page = new_page(browser)
    page.goto(f"http://{SITE}{ARTICLE}")
    page.screenshot(path=PICTURE)


def new_page(browser: Browser) -> Page:
    """A page of a wide screen in daylight."""
    return browser.new_page(viewport={"width": 1200, "height": 900}, device_scale_factor=1.5, locale="en-GB")


if __name__ == "__main__":
    sys.exit(main())
