"""Lanes: the worker's duties side by side, so that none waits for what another has to wait for.

A mail server that hangs holds up mail and nothing else; a slow print holds up paper. Each lane has threads of its own.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app.config import Settings
from app.receipts.rendering import PROCESSES, Renderer
from app.services import Gateway
from app.worker import catch_up, clock, emails, events, payouts, receipts, refunds
from app.worker import duties as worker_duties
from app.worker.clock import CHEQUES, DONORS, ENDED_APPEALS, HOUSEKEEPING, SEALS
from app.worker.duties import Work


@dataclass(frozen=True, slots=True)
class Lane:
    """Duties that are done in turn, by so many threads."""

    name: str
    duties: tuple[Work, ...]
    threads: int = 1


def all_of(settings: Settings, gateway: Gateway, renderer: Renderer) -> list[Lane]:
    """Everything the worker does. What is about money comes first, and what belongs to a clock last.

    Each thread may hold two database connections, one of them to renew its lease; the pool has room for all of them
    (`app/factory.py`).
    """
    return [
        Lane("money", (events.duty(gateway), refunds.duty(gateway), payouts.duty(gateway), DONORS), threads=2),
        # One thread for each child that renders.
        Lane("paper", (receipts.making(settings, renderer),), threads=PROCESSES),
        Lane("mail", (receipts.mailing(settings), emails.duty(settings))),
        Lane(
            "clock",
            (
                HOUSEKEEPING,
                CHEQUES,
                ENDED_APPEALS,
                SEALS,
                *clock.regularly(settings),
                *catch_up.regularly(gateway, settings),
            ),
        ),
    ]


def do_all_due(lanes: Sequence[Lane]) -> int:
    """Do what is due now, lane after lane, until nothing is left in any of them; how many rows that was.

    What has to wait for a mail server comes after everything that has not.
    """
    done = 0
    while found := sum(worker_duties.do_all_due(lane.duties) for lane in lanes):
        done += found
    return done


def work_until(stop: threading.Event, lanes: Sequence[Lane]) -> None:
    """Work in all lanes at once until `stop` is set; every thread finishes the row that it is working on."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # the documented way to pass it to a thread

    def work(duties: tuple[Work, ...]) -> None:
        with app.app_context():
            worker_duties.work_until(stop, duties)

    threads = [
        threading.Thread(target=work, args=(lane.duties,), name=lane.name)
        for lane in lanes
        for _ in range(lane.threads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
