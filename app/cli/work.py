"""`flask work`: the worker, until it is told to stop, or once through what is due."""

import signal
import threading

import click
from flask.cli import with_appcontext

from app.cli.starting import begin_books
from app.database import writing
from app.receipts.rendering import Renderer
from app.services import services
from app.worker import events
from app.worker.lanes import all_of, do_all_due, work_until


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due now, then exit.")
@with_appcontext
def work(once: bool) -> None:
    """Do what is due: follow up Stripe's events, issue, render and mail receipts, send emails."""
    settings = services().settings
    begin_books(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with writing():
        taken_up = events.take_up_ignored()
    if taken_up:
        click.echo(f"{taken_up} events that an earlier release did not know are taken up again.")
    gateway = services().gateway
    with Renderer() as renderer:
        lanes = all_of(settings, gateway, renderer)
        if once:
            click.echo(f"{do_all_due(lanes)} done.")
            return
        click.echo("The worker is running.")
        work_until(stop, lanes)
        click.echo("The worker has stopped.")
