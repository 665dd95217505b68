"""The parts that a process plays on the stage of `stage.py` before it is killed, and how it is killed."""

import itertools
import json
import logging
import os
import re
import resource
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import configure_mappers

from app import create_app
from app.database import db
from app.payments.checkout import Checkout
from app.payments.objects import read_charge
from app.services import services
from app.worker import duties, events
from tests import stripe_bodies as stripe_says
from tests.conftest import make_settings


class Stripe:
    """Says what is so at Stripe, and writes down under which keys it was asked to open sessions."""

    def __init__(self, folder: Path, charges: dict):
        self.keys = folder / "keys"
        self.charges = charges

    def charge(self, charge_id):
        return read_charge(self.charges[charge_id])

    def charge_of(self, intent_id):
        return self.charge(intent_id.removeprefix("pi_"))

    def open_checkout(self, request, key):
        with self.keys.open("a") as file:
            file.write(f"{request.reference} {key}\n")
        return Checkout(f"cs_{key}", f"https://checkout.example/{key}", 4_000_000_000)


def die_at_moment(number):
    """Have this process kill itself: each statement and each commit is a moment before it and one after it."""
    moments = itertools.count(1)

    def moment(*_anything):
        if next(moments) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(db.engine, name, moment)
    event.listen(db.session, "after_commit", moment)


@contextmanager
def on_stage(folder, url, charges=None) -> Iterator:
    """The whole application, on the test's database, in a process of its own."""
    application = create_app(make_settings(Path(folder), url), Stripe(Path(folder), charges or {}))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def work(folder, url, die_at, charges):
    """The worker, once through the events that wait."""
    with on_stage(folder, url, charges) as application:
        die_at_moment(die_at)
        duties.do_all_due([events.duty(services(application).gateway)])


def take_turns(folder, url, number):
    """One of several workers that share the rows: it writes down which it has done."""
    done = []

    class Noting(Stripe):
        def charge(self, charge_id):
            done.append(charge_id)
            return read_charge(stripe_says.charge(None, charge_id=charge_id))

    with on_stage(folder, url):
        duties.do_all_due([events.duty(Noting(Path(folder), {}))])
    Path(folder, f"done-{number}").write_text("\n".join(done))


def deliver(folder, url, die_at, raw, headers):
    """The web server, taking in one delivery."""
    with on_stage(folder, url) as application:
        die_at_moment(die_at)
        assert application.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200


def give(folder, url, die_at, fields, address):
    """The web server, taking one gift's form and asking Stripe for the page where it is paid."""
    with on_stage(folder, url) as application:
        client = application.test_client()
        page = client.get("/appeals/press-fund/donate").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        die_at_moment(die_at)
        here = {"REMOTE_ADDR": address}
        sent = {"csrf_token": token, **fields}
        answer = client.post("/appeals/press-fund/donations", data=sent, environ_overrides=here)
        assert answer.status_code == 303, answer.text


def on_a_full_disk(folder, url, largest, raw, headers):
    """The web server, taking in a delivery while no file may grow past so many bytes; its answer is written down."""
    logging.disable()
    with on_stage(folder, url) as application:
        client = application.test_client()
        client.get("/webhooks/stripe")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
        status = client.post("/webhooks/stripe", data=raw, headers=headers).status_code
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    Path(folder, "answer").write_text(json.dumps(status))


def rehearse():
    """Do once what every application does only once in a process, so that those who are forked need not do it again."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(make_settings(Path(folder), f"sqlite:///{folder}/rehearsal.sqlite3"))
    configure_mappers()


PARTS = {part.__name__: part for part in (work, take_turns, deliver, give, on_a_full_disk)}
