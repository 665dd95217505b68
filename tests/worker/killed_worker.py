"""A real worker that kills itself (SIGKILL) at a named moment; run by test_receipts in a process of its own.

Arguments: the database's URL, the folder for data, the mail server, the moment, and how many minutes later it is.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import clock, create_app
from app.donations import receipts as donations_receipts
from app.emails import sending
from app.receipts import filing, issuing, printing
from app.receipts.rendering import Renderer
from app.worker import duties, receipts
from tests.conftest import make_settings


def die(*_anything: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str) -> None:
    setattr(module, name, die)


def after(module: Any, name: str) -> None:
    real: Callable[..., Any] = getattr(module, name)

    def done_then_dead(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        die()

    setattr(module, name, done_then_dead)


def while_rendering() -> None:
    def half_way(self: Renderer, frozen: str) -> bytes:
        future = self._open().schedule(printing.print_receipt, (frozen,))
        while not future.running():
            time.sleep(0.001)
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        die()
        return b""

    Renderer.render = half_way  # type: ignore[method-assign]


MOMENTS: dict[str, Callable[[], None]] = {
    "claimed": lambda: before(receipts, "_look"),
    "facts checked": lambda: before(issuing, "issue"),
    "numbered but not committed": lambda: after(issuing, "issue"),
    "issued": lambda: before(Renderer, "render"),
    "half-way through rendering": while_rendering,
    "rendered": lambda: after(Renderer, "render"),
    "filed but not committed": lambda: after(filing, "file"),
    "filed": lambda: before(donations_receipts, "mail"),
    "about to send": lambda: before(sending, "send"),
    "accepted by the mail server": lambda: after(sending, "send"),
    "mailed but not committed": lambda: after(filing, "mailed"),
    "mailed": lambda: after(receipts, "_mail"),
    "failed and put off": lambda: (before(duties, "in_words"), setattr(sending, "send", None))[0],
    "never": lambda: None,
}

if __name__ == "__main__":
    database_url, data_dir, smtp_url, moment, later = sys.argv[1:]
    real_now = clock.now
    clock.now = lambda: real_now() + timedelta(minutes=int(later))
    MOMENTS[moment]()
    settings = make_settings(Path(data_dir), database_url, smtp_url=smtp_url)
    with create_app(settings).app_context(), Renderer(processes=1) as renderer:
        duties_of_receipts = [receipts.making(settings, renderer), receipts.mailing(settings)]
        print(duties.do_all_due(duties_of_receipts), "done")
