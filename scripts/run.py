"""`make run`: all of Whipround in practice mode, until Ctrl-C: the site, the worker and Practice Stripe.

Why the parts are not left to a library: docs/decisions/0001-dependencies.md.
"""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from parts import Parts

ROOT = Path(__file__).parent.parent
COMMANDS = Path(sys.executable).parent
OPENS_WITHIN = 60.0


def main() -> int:
    """Prepare the database, start all parts, and say where they are; returns the exit status."""
    environ = practice_environ()
    for setting in ("BIND", "PRACTICE_BIND"):
        if not is_free(environ[setting]):
            print(
                f"{environ[setting]} is already in use, or is not an address of this computer.\n"
                f"Stop what uses it, or choose another:  make run {setting}=127.0.0.1:8008",
                file=sys.stderr,
            )
            return 1
    flask = str(COMMANDS / "flask")
    done = subprocess.run([flask, "db", "upgrade"], cwd=ROOT, env=environ, check=False)
    if done.returncode:
        return done.returncode
    commands = {"practice": [sys.executable, "-m", "practice"], "site": [flask, "serve"], "worker": [flask, "work"]}
    parts = Parts(commands, ROOT, environ)
    return parts.run(
        before={
            "site": lambda: load_example(flask, environ, parts),
            # While the first pages are looked at.
            "worker": lambda: subprocess.run([flask, "example", "receipts"], cwd=ROOT, env=environ).returncode,
        }
    )


def load_example(flask: str, environ: dict[str, str], parts: Parts) -> int:
    """Load what is not there yet, once Practice Stripe answers: the example's gifts are paid there. Then have it said
    where everything is."""
    wait_for(f"{environ['STRIPE_API_BASE']}/healthz", parts)
    if parts.stopping:
        return 0
    gifts = "--empty" if environ.get("EXAMPLE") == "empty" else "--receipts-later"
    command = [flask, "example", "load", gifts]
    status = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    if status == 0:
        threading.Thread(target=announce, args=(environ, parts), daemon=True).start()
    return status


def practice_environ() -> dict[str, str]:
    """What all parts are started with: they agree on each other's addresses, wherever BIND and PRACTICE_BIND point."""
    given = {name: value for name, value in os.environ.items() if value}
    environ = {"BIND": "127.0.0.1:8000", "PRACTICE_BIND": "127.0.0.1:8001", **given, "PRACTICE": "1"}
    site, practice = f"http://{environ['BIND']}", f"http://{environ['PRACTICE_BIND']}"
    return {
        "BASE_URL": site,
        "STRIPE_API_BASE": practice,
        "PRACTICE_WEBHOOK_URL": f"{site}/webhooks/stripe",
        "DATA_DIR": str(ROOT / "data"),
        # Lines reach the terminal as they are written, not a block at a time.
        "PYTHONUNBUFFERED": "1",
        **environ,
    }


def is_free(bind: str) -> bool:
    """Whether a server could be started at an address now (`host:port`)."""
    host, _, port = bind.rpartition(":")
    try:
        socket.create_server((host, int(port))).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def wait_for(url: str, parts: Parts) -> bool:
    """Wait until an address answers; false when it does not in time, or somebody has said stop."""
    deadline = time.monotonic() + OPENS_WITHIN
    while not answers(url):
        if parts.stopping or time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def announce(environ: dict[str, str], parts: Parts) -> None:
    """Say where everything is, once the site answers."""
    if not wait_for(f"http://{environ['BIND']}/healthz", parts):
        return
    site, practice = environ["BASE_URL"], environ["STRIPE_API_BASE"]
    print(
        f"\n"
        f"  The site, to read and to give      {site}/\n"
        f"  The office                         {site}/office/\n"
        f"  Practice Stripe                    {practice}/\n"
        f"  Emails that would have been sent   {site}/outbox\n"
        f"\n"
        f"  Sign in to the office as treasurer@lantern.example, or admin@, editor@, auditor@ or branch@. The password\n"
        f"  of each is “lantern in practice”; the page that asks for a code shows the code.\n"
        f"  A card that works: 4242 4242 4242 4242, any future date, any three digits. No money moves.\n"
        f"  Ctrl-C stops everything. The data stays in {environ['DATA_DIR']}.\n",
        flush=True,
    )


def answers(url: str) -> bool:
    """Whether an address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
