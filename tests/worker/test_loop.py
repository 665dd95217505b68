"""The loop: everything that is due is done, no duty starves another, and it stops when it is told to."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from app.worker import duties


class Chores:
    """So many pieces of work, noted in a common list as they are done."""

    def __init__(self, name, pieces, done):
        self.name, self.pieces, self.done = name, pieces, done

    def work_once(self):
        if not self.pieces:
            return False
        self.pieces -= 1
        self.done.append(self.name)
        return True


pytestmark = pytest.mark.usefixtures("app")


def test_duties_take_turns_until_nothing_is_due():
    done = []
    assert duties.do_all_due([Chores("a", 3, done), Chores("b", 0, done), Chores("c", 2, done)]) == 5
    assert done == ["a", "c", "a", "c", "a"]


def test_what_becomes_due_meanwhile_has_its_turn_before_a_backlog_is_done():
    done = []

    class Later(Chores):
        def work_once(self):
            if len(done) == 3:
                self.pieces = 1
            return super().work_once()

    assert duties.do_all_due([Chores("backlog", 6, done), Later("news", 0, done)]) == 7
    assert done == ["backlog"] * 3 + ["news"] + ["backlog"] * 3


def test_once_told_to_stop_it_begins_no_further_row():
    stop, done = threading.Event(), []

    class Stopping(Chores):
        def work_once(self):
            if len(done) == 2:
                stop.set()
            return super().work_once()

    duties.work_until(stop, [Stopping("a", 10, done), Chores("b", 10, done)])
    assert done == ["a", "b", "a"]


def test_where_nothing_is_due_nothing_is_done():
    assert duties.do_all_due([]) == 0
    assert duties.do_all_due([Chores("a", 0, [])]) == 0


def test_it_works_until_it_is_told_to_stop_and_finishes_what_it_has_in_hand():
    stop, done = threading.Event(), []

    class Stopping(Chores):
        def work_once(self):
            if len(done) == 4:
                stop.set()
            return super().work_once()

    duties.work_until(stop, [Stopping("a", 9, done)])
    assert done == ["a"] * 5


def test_between_two_looks_it_rests(monkeypatch):
    rests = []

    class Stop(threading.Event):
        def wait(self, seconds):
            rests.append(seconds)
            if len(rests) == 3:
                self.set()

    duties.work_until(Stop(), [Chores("a", 0, [])])
    assert rests == [duties.PAUSE] * 3


@pytest.mark.parametrize("failure", [OperationalError("SELECT", {}, OSError("lucja@example.org")), OSError("no lock")])
def test_a_database_that_goes_away_is_waited_for(failure, caplog):
    rests, done = [], []

    class Stop(threading.Event):
        def wait(self, seconds):
            rests.append(seconds)
            if len(rests) == 2:
                self.set()

    class Away(Chores):
        def work_once(self):
            if not rests:
                raise failure
            return super().work_once()

    duties.work_until(Stop(), [Away("a", 1, done)])
    assert rests == [duties.PAUSE_AFTER_FAILURE, duties.PAUSE]
    assert done == ["a"]
    assert "lucja" not in caplog.text
