"""`make screenshot`: takes the README's picture anew, docs/images/whipround.png, from practice mode.

It starts everything as `make run` does, with a folder and ports of its own, and takes the picture of an article of the
example with the appeal beside it.
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

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs/images/whipround.png"
ARTICLE = "/articles/118"
SITE, PRACTICE = "127.0.0.1:8018", "127.0.0.1:8019"


def main() -> int:
    """Start, take the picture, stop."""
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(which, ("chromium", "google-chrome"))))
    with practice_mode(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take_picture(browser)
        browser.close()
    return 0


@contextmanager
def practice_mode() -> Iterator[None]:
    """All of Whipround inside the block, with books of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "DATA_DIR": folder, "BIND": SITE, "PRACTICE_BIND": PRACTICE}
        command = [sys.executable, str(ROOT / "scripts/run.py")]
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        try:
            for line in process.stdout or ():
                if "Ctrl-C" in line:
                    break
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


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
