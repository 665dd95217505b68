"""`flask work`: the worker, until it is told to stop, or once through what is due."""

import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.starting import begin_books
from app.config import Settings
from app.payments.gateway import Gateway
from app.receipts.rendering import PROCESSES, Renderer
from app.worker import catch_up, events, letters, loop, payouts, receipts, refunds, treasurer
from app.worker.clockwork import HOUSEKEEPING
from app.worker.donors import DONORS
from app.worker.seals import SEALS
from app.writing import writing


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due now, then exit.")
@with_appcontext
def work(once: bool) -> None:
    """Do what is due: follow up Stripe's events, issue, render and mail receipts, send letters."""
    settings: Settings = current_app.extensions["whipround"]
    begin_books(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with writing():
        taken_up = events.take_up_ignored()
    if taken_up:
        click.echo(f"{taken_up} events that an earlier release did not know are taken up again.")
    gateway: Gateway = current_app.extensions["gateway"]
    with Renderer() as renderer:
        duties: list[loop.Work] = [
            HOUSEKEEPING,
            SEALS,
            DONORS,
            events.duty(gateway),
            refunds.duty(gateway),
            payouts.duty(gateway),
            *catch_up.regularly(gateway, settings),
            *treasurer.regularly(settings),
            receipts.duty(settings, renderer),
            letters.duty(settings),
        ]
        if once:
            click.echo(f"{loop.do_all_due(duties)} done.")
            return
        click.echo("The worker is working.")
        _work_side_by_side(stop, duties)
        click.echo("The worker has stopped.")


def _work_side_by_side(stop: threading.Event, duties: list[loop.Work]) -> None:
    """One thread for each rendering child, so that none of them waits for another's mail server."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # the documented way to hand it to a thread

    def work_here() -> None:
        with app.app_context():
            loop.work_until(stop, duties)

    threads = [threading.Thread(target=work_here) for _ in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
