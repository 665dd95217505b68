"""The controls: time that goes by, faults, and what cannot be done."""

import json

import pytest

from app import clock
from practice.serving import serving

from .conftest import a_gift, a_session, eventually, press, visit

DAY = 24 * 60 * 60


def test_time_goes_by_and_everything_happens_at_its_time(api, practice):
    session = api.v1.checkout.sessions.create(params=a_session())
    before = press(practice, "clock", advance=0)["now"]
    after = press(practice, "clock", advance=30 * DAY)["now"]
    assert 0 <= after - before - 30 * DAY < 60
    event = api.v1.events.list(params={"type": "checkout.session.expired"}).data[0]
    assert event.data.object.id == session.id
    assert 0 <= event.created - session.expires_at < 60
    assert api.v1.checkout.sessions.create(params=a_session()).created >= after


def test_time_goes_by_until_a_moment_and_never_back(practice):
    moment = int(clock.now().timestamp()) + 3 * DAY
    assert 0 <= press(practice, "clock", until=moment)["now"] - moment < 60
    assert press(practice, "clock", until=moment - DAY)["now"] >= moment


def test_deliveries_are_signed_with_the_real_time_all_the_same(api, practice, hook):
    press(practice, "clock", advance=30 * DAY)
    a_gift(api)
    events = eventually(lambda: hook.events())
    assert events[0].created > clock.now().timestamp() + 29 * DAY


def test_the_time_survives_a_restart(practice_settings):
    with serving(practice_settings) as address:
        before = press(address, "clock", months=1)["now"]
    with serving(practice_settings) as address:
        assert press(address, "clock", advance=0)["now"] >= before


@pytest.mark.parametrize("fields", [{}, {"advance": "soon"}, {"months": "1.5"}, {"months": "1000"}, {"until": "noon"}])
def test_time_that_cannot_go_by_is_refused(practice, fields):
    assert visit(f"{practice}/control/clock", fields).status == 409


def test_faults_are_switched_one_by_one(practice):
    assert press(practice, "faults", hold="true", twice="true")["faults"] == ["hold", "twice"]
    assert press(practice, "faults", hold="false")["faults"] == ["twice"]


def test_lost_events_are_found_by_whoever_asks(api, practice, hook):
    press(practice, "faults", lost="true")
    session = api.v1.checkout.sessions.create(params=a_session())
    api.v1.checkout.sessions.expire(session.id)
    eventually(lambda: json.loads(visit(f"{practice}/control/deliveries").text)[0]["last_answer"] == "lost on the way")
    press(practice, "faults", lost="false")
    assert api.v1.events.list().data[0].type == "checkout.session.expired"
    assert hook.received == []


@pytest.mark.parametrize("path", ["charges/ch_x/refund", "disputes/du_x/win", "events/evt_x/explode"])
def test_what_does_not_exist_is_404(practice, path):
    assert visit(f"{practice}/control/{path}", {}).status == 404


def test_what_nobody_can_do_is_404(api, practice):
    charge = a_gift(api)
    assert visit(f"{practice}/control/charges/{charge.id}/burn", {}).status == 404


def test_a_new_one_is_told_a_history_of_which_nothing_is_delivered(api, practice, hook):
    press(practice, "history", back=30 * DAY)
    assert abs(a_gift(api).created - clock.now().timestamp() + 30 * DAY) < 60
    press(practice, "clock", advance=20 * DAY)
    press(practice, "history/end")
    assert abs(press(practice, "clock", advance=0)["now"] - clock.now().timestamp()) < 5
    session = api.v1.checkout.sessions.create(params=a_session())
    api.v1.checkout.sessions.expire(session.id)
    assert eventually(hook.types) == ["checkout.session.expired"]


def test_where_something_has_happened_time_does_not_go_back(api, practice):
    a_gift(api)
    assert visit(f"{practice}/control/history", {"back": str(DAY)}).status == 409


def test_a_history_that_was_broken_off_is_told_anew(api, practice):
    press(practice, "history", back=30 * DAY)
    a_gift(api)
    press(practice, "history", back=20 * DAY)
    assert api.v1.charges.list().data == []
