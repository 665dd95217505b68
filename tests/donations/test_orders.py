"""Orders: whatever the order in which Stripe tells of the money's life, however often, whatever it never delivers and
whatever is killed meanwhile, the books are the same.

A few schedules each run; `make soak` tries thousands. One that fails is shrunk and printed.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from app import clock
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db
from app.ledger import balances, chain, seals
from app.ledger.chain import Head
from app.money import Money
from app.payments.inbox import StripeEvent
from app.reconciliation.verification.checks import SEALED
from app.services import services
from app.worker import catch_up, duties, events, payouts
from app.worker import clock as worker_clock
from tests import books_kept, stripe_bodies, written_books
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET
from tests.mortal import Killed, Mortal
from tests.plan_world import a_plan
from tests.scratch import Scratch
from tests.whole_life import WholeLife

EVENTS = 50
THE_END = EVENTS - 1

SCHEDULES = int(os.environ.get("SCHEDULES", "6"))

tried = hypothesis_settings(
    max_examples=SCHEDULES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass(frozen=True, repr=False)
class Schedule:
    """What is delivered when: places in the life's events, in any order, each as often as it stands here.

    Stripe is `ahead` of its latest news by so many events. The worker works after so many deliveries, by turns. It, or
    the web server, is killed after so many moments (see `Mortal`), and so is whoever goes on.
    """

    deliveries: list[int]
    ahead: int = THE_END
    works_after: list[int] = field(default_factory=lambda: [THE_END])
    killed_after: list[int] = field(default_factory=list)

    def __repr__(self) -> str:
        """On one line: Hypothesis would write each number on its own."""
        said = (f"{name}={value}" for name, value in vars(self).items())
        return f"Schedule({', '.join(said)})"


HOLDERS = "assets:stripe", "assets:disputed", "assets:in-transit", "expenses:card-fees", "expenses:dispute-fees"

# Everything is told once, as it happens, and the worker keeps up with it.
IN_ORDER = Schedule(list(range(EVENTS)), ahead=0, works_after=[1])


@st.composite
def schedules(draw: st.DrawFn, ahead: tuple[int, ...] = (THE_END, 0, 5)) -> Schedule:
    """Any multiset of the life's events in any order: each up to four times, or never."""
    often = draw(st.lists(st.sampled_from([1, 0, 2, 3, 4, 1]), min_size=EVENTS, max_size=EVENTS))
    return Schedule(
        deliveries=draw(st.permutations([number for number, times in enumerate(often) for _ in range(times)])),
        ahead=draw(st.sampled_from(ahead)),
        works_after=draw(st.lists(st.integers(1, 40), min_size=1, max_size=4)),
        killed_after=draw(st.lists(st.integers(1, 800), max_size=6)),
    )


@dataclass
class Stage:
    """The application, the life at Stripe, and a database that goes back to before the first event."""

    app: Flask
    life: WholeLife
    scratch: Scratch
    mortal: Mortal
    later: timedelta = timedelta(0)
    canonical: written_books.Books | None = None

    def play(self, schedule: Schedule, *, caught_up: bool = True) -> written_books.Books:
        """What the books say in the end; `caught_up` with what was never delivered."""
        self.scratch.restore()
        self.mortal.lives(schedule.killed_after)
        gaps, come = cycle(schedule.works_after), 0
        left = next(gaps)
        for number in schedule.deliveries:
            come = max(come, number + schedule.ahead)
            self.life.stand_at(come)
            self.survive(lambda number=number: self.deliver(number))
            left -= 1
            if not left:
                self.survive(self.work)
                left = next(gaps)
        self.life.stand_at(THE_END)
        if caught_up:
            self.survive(self.catch_up)
        self.survive(self.work)
        # What failed was put off; by and by it is tried again.
        self.later += timedelta(hours=2)
        self.survive(self.work)
        return written_books.whole()

    def deliver(self, number: int) -> None:
        """Stripe delivers an event, signed by its own library."""
        told = self.life.events[number]
        raw, headers = stripe_bodies.signed(told, SECRET, at=clock.now().timestamp())
        assert self.app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200

    def work(self) -> None:
        """The worker does what is due."""
        duties.do_all_due([events.duty(self.life), payouts.duty(self.life)])

    def catch_up(self) -> None:
        """What was never delivered is taken in from Stripe's list."""
        catch_up.catch_up(self.life, services(self.app).settings, timedelta(days=400))

    def survive(self, act: Callable[[], None]) -> None:
        """Do something until it is done; where it is killed another process goes on, once the lease has run out."""
        while True:
            try:
                return act()
            except Killed:
                self.later += duties.LEASE + timedelta(seconds=1)
                self.mortal.revive()


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    # A connection of its own would stand in the way of a database that is put back.
    monkeypatch.setattr(balances.Announcer, "balances_moved", lambda _self: None)
    appeal = an_appeal()
    life = WholeLife(a_pledge(appeal).reference, a_plan(appeal).reference)
    if db.engine.dialect.name == "sqlite":
        # A kill is no power cut: what the kernel was given, stays, so nothing has to wait for the disk here.
        event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
    one, real = Stage(app, life, Scratch(), Mortal()), clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + one.later)
    yield one
    one.mortal.lives(())
    one.mortal.retire()
    one.scratch.forget()


def differences(books: written_books.Books, canonical: written_books.Books) -> dict[str, tuple[set[Any], set[Any]]]:
    """By what they are about: what stands in the books alone, and in the canonical ones alone."""
    return {
        about: (set(rows) - set(canonical[about]), set(canonical[about]) - set(rows))
        for about, rows in books.items()
        if rows != canonical[about]
    }


def they_agree() -> None:
    """Ledger and Stripe, to the penny; nothing waits, and the chain raises no false alarm."""
    books_kept.agree()
    worker_clock.seal()
    assert list(chain.faults(SEALED, heads=[Head(*seals.head())])) == []
    assert [difference for _, _, difference in written_books.whole()["payouts"]] == [0, 0]
    assert db.session.scalars(select(StripeEvent.event_id).where(StripeEvent.state != "applied")).all() == []


@pytest.mark.both_databases
def test_the_life_in_its_own_order_is_booked_to_the_penny(stage: Stage) -> None:
    assert len(stage.life.events) == EVENTS
    books = stage.play(IN_ORDER)
    they_agree()
    # 25.00 received, 5.00 given back for good, 13.00 of the disputed 20.00 lost and 7.00 of that back; of the
    # plan's 10.00, 10.00 and 15.00 2.00 and the 15.00 given back.
    total = raised.by(db.session.scalars(select(Appeal)).one())
    assert (total.amount, total.gifts) == (Money(1400 + 800 + 1000, "gbp"), 4)
    kinds = Counter(source.rsplit(":", 1)[-1] for source in {row[0] for row in books["entries"]})
    assert kinds == {
        "received": 4, "fee": 6, "refund": 4, "refund-returned": 1, "dispute-withdrawn": 2, "dispute-reinstated": 4,
        "lost": 1, "overturned": 2, "payout": 2, "payout-returned": 1,
    }  # fmt: skip
    held = {code: books_kept.balance(f"{code}:gbp") for code in HOLDERS}
    assert held == {
        "assets:stripe": 0, "assets:disputed": 0, "assets:in-transit": -1000, "expenses:card-fees": 200,
        "expenses:dispute-fees": 4000,
    }  # fmt: skip
    # Each of the four gifts has a receipt that is due, but for the one that was given back.
    assert [state for *_, state in books["receipts"]] == ["due"] * 3
    assert [plan[1:3] for plan in books["plans"]] == [("ended", 1500)]


@pytest.mark.both_databases
@given(schedule=schedules())
@tried
def test_any_order_repetition_loss_and_kill_end_in_the_same_books(stage: Stage, schedule: Schedule) -> None:
    stage.canonical = stage.canonical or stage.play(IN_ORDER)
    assert differences(stage.play(schedule), stage.canonical) == {}
    they_agree()


@given(schedule=schedules(ahead=(THE_END,)))
@hypothesis_settings(tried, max_examples=SCHEDULES // 2)
def test_a_part_of_the_life_says_the_same_in_any_order(stage: Stage, schedule: Schedule) -> None:
    """Without catching up: what was never told is missing, but what was told does not depend on its order."""
    in_order = Schedule(sorted(set(schedule.deliveries)))
    assert differences(stage.play(schedule, caught_up=False), stage.play(in_order, caught_up=False)) == {}
