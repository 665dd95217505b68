"""Receipts: the whole job against bare WeasyPrint, two rendering children against one, and what a child comes to weigh.

The job is what the worker does for each gift, but for the mail: read its rows, number the receipt, render it in a
child with its code, file the PDF, in two commits. The calibration runs WeasyPrint alone in one warm process: fonts and
style sheets read once, the same HTML, the same tagged PDF/UA. The whole duty, claimed, mailed (into the outbox folder)
and given back, is measured beside it.
"""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from app import clock
from app.config import read
from app.database import db, writing
from app.donations import settlement
from app.money import Money
from app.payments.objects import Charge
from app.receipts import printing
from app.receipts.facts import thawed
from app.receipts.receipt import DUE, Receipt
from app.receipts.rendering import Renderer
from app.worker import receipts
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged
from tests.bench.webhooks import pledges

_ADDRESS_SPACE = 1024 * 1024 * 1024


def run(plan: Plan) -> Iterator[Figure]:
    count, facts = plan.sized(2, 10, 60), ""
    for database in plan.databases:
        with staged(database, plan.folder) as stage, stage.app(), Renderer(1) as renderer, _child() as bare:
            job = Job(stage, renderer, count)
            facts = job.facts()
            html = printing.page(thawed(facts))
            bare.submit(print_bare, html, 2).result()
            for what, subject, goal in (
                ("a receipt's job", job.seconds, Goal("at most", 1.25)),
                ("a receipt's whole duty with its mail", job.seconds_with_mail, None),
            ):
                yield ratio(
                    in_turns(plan.repeat, subject, lambda: bare.submit(print_bare, html, count).result()),  # noqa: B023
                    bench="receipts",
                    what=f"{what}, against bare WeasyPrint with warm fonts",
                    database=database,
                    goal=goal,
                    unit="ms",
                    scale=1000,
                )
    yield _two_children(plan, facts, count)
    yield _growth(facts, plan.sized(3, 60, 300))


class Job:
    """The worker's duty, with gifts to do it for."""

    def __init__(self, stage: Stage, renderer: Renderer, count: int) -> None:
        self.stage, self.count = stage, count
        self.settings, self.renderer = read(stage.environment), renderer
        self.making, self.mailing = receipts.making(self.settings, renderer), receipts.mailing(self.settings)
        self._give(2)
        self._work(2)

    def facts(self) -> str:
        """The frozen facts of a receipt that is done."""
        done = db.session.scalars(select(Receipt).where(Receipt.mailed_at.is_not(None))).first()
        return "" if done is None else thawed(done.facts or "{}", done.personal).frozen()

    def seconds(self) -> float:
        """How long a receipt takes until it is filed."""
        self._give(self.count)
        due = db.session.scalars(select(Receipt.id).where(Receipt.state == DUE)).all()
        began = time.perf_counter()
        for receipt_id in due:
            receipts._issue(receipts._look(receipt_id), self.settings)
            receipts._render(receipts._look(receipt_id), self.renderer)
        seconds = (time.perf_counter() - began) / len(due)
        self._mail_all(len(due))
        return seconds

    def seconds_with_mail(self) -> float:
        """How long a receipt takes until it is on its way."""
        self._give(self.count)
        return self._work(self.count)

    def _give(self, count: int) -> None:
        for reference in pledges(self.stage, count):
            with writing():
                settlement.settle(Charge(f"ch_{reference}", Money(2500, "gbp"), clock.now(), True, reference))

    def _mail_all(self, count: int) -> None:
        """Mail what has been filed already, so that nothing is left over for the next round."""
        if not all(self.mailing.work_once() for _ in range(count)):
            raise RuntimeError("no receipt was to be mailed")
        db.session.rollback()

    def _work(self, count: int) -> float:
        began = time.perf_counter()
        for _ in range(count):
            if not (self.making.work_once() and self.mailing.work_once()):
                raise RuntimeError("no receipt was due")
        seconds = (time.perf_counter() - began) / count
        if failed := db.session.scalars(select(Receipt.last_error).where(Receipt.mailed_at.is_(None))).all():
            raise RuntimeError(f"receipts could not be made: {failed}")
        db.session.rollback()
        return seconds


def _two_children(plan: Plan, facts: str, count: int) -> Figure:
    with Renderer(1) as one, Renderer(2) as two:

        def rate(renderer: Renderer, children: int) -> float:
            with ThreadPoolExecutor(children) as threads:
                began = time.perf_counter()
                list(threads.map(renderer.render, [facts] * (count * children)))
                return count * children / (time.perf_counter() - began)

        rate(one, 1), rate(two, 2)
        rounds = in_turns(plan.repeat, lambda: rate(two, 2), lambda: rate(one, 1))
    return ratio(
        rounds,
        bench="receipts",
        what="receipts rendered a second by two children, against one",
        database="–",
        goal=Goal("at least", 1.85),
        unit="/s",
    )


def _growth(facts: str, count: int) -> Figure:
    """A child that is never replaced: what it weighs after its first receipt, and after many more."""
    with _child() as child:
        child.submit(print_ours, facts, 1).result()
        start = child.submit(resident).result()
        child.submit(print_ours, facts, count).result()
        end = child.submit(resident).result()
    return Figure(
        bench="receipts",
        what=f"what a child weighs more after {count} receipts than after its first",
        database="–",
        value=end - start,
        unit="MB",
        goal=Goal("at most", 20, "MB"),
        subject=f"{end:.0f} MB",
        against=f"{start:.0f} MB",
    )


def _child() -> ProcessPoolExecutor:
    """A process of its own that is ready to print, as the worker's children are."""
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, spawn, initializer=printing.prepare, initargs=(_ADDRESS_SPACE,))


def print_bare(html: str, count: int) -> float:
    """In the child: the seconds that WeasyPrint alone takes for this HTML."""
    press = printing._press
    began = time.perf_counter()
    for _ in range(count):
        press["weasyprint"].HTML(string=html, url_fetcher=press["fetcher"]).write_pdf(
            font_config=press["fonts"], stylesheets=press["styles"], pdf_variant="pdf/ua-1", pdf_tags=True
        )
    return (time.perf_counter() - began) / count


def print_ours(facts: str, count: int) -> None:
    """In the child: print so many receipts, each with a number, and so a code, of its own."""
    for number in range(count):
        printing.print_receipt(facts.replace("/receipts/", f"/receipts/{number}"))


def resident() -> float:
    """In the child: how much of its memory is resident, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
