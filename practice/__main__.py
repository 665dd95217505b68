"""`python -m practice`: starts Practice Stripe, and stops it at SIGTERM or Ctrl-C."""

import logging
import signal
import sys
import threading

from app.config import SettingsError
from practice import settings
from practice.serving import serving


def main() -> int:
    """Serve until told to stop; the exit status is 0, or 2 when the settings are wrong."""
    logging.basicConfig(level=logging.INFO, format="practice: %(message)s", stream=sys.stderr)
    try:
        chosen = settings.read()
    except SettingsError as error:
        logging.getLogger("practice").error("%s", error)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serving(chosen) as address:
        logging.getLogger("practice").info("Practice Stripe is open at %s; no money moves here.", address)
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
