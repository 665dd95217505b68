"""The live totals, as browsers see them: over HTTP, from a real server, moved by another process's commits."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.ledger import balances
from tests.live.site import Installation, Stream, run_whipround


@pytest.fixture
def slug(whipround: Installation) -> str:
    return whipround.open_appeal()


@pytest.mark.both_databases
def test_a_stream_shows_the_total_at_once_and_again_after_each_commit(whipround: Installation, slug: str) -> None:
    port = whipround.site.port
    with closing(Stream(port, slug)) as one, closing(Stream(port, slug)) as other:
        assert one.response.status == 200
        assert one.response.headers["Content-Type"] == "text/event-stream"
        assert one.response.headers["Cache-Control"] == "no-store"
        assert one.response.headers["X-Accel-Buffering"] == "no"
        first = one.next()
        assert "£0" in first.html
        whipround.give(slug, 3100)
        moved = one.until("£31")
        assert moved.id != first.id
        assert other.until("£31") == moved
        whipround.give(slug, 100)
        assert "£32" in one.next().html
    assert "£32" in whipround.site.ask("GET", f"/appeals/{slug}/raised")[2].decode()


@pytest.mark.both_databases
def test_who_comes_back_with_the_present_total_is_sent_only_the_next(whipround: Installation, slug: str) -> None:
    with closing(Stream(whipround.site.port, slug)) as stream:
        known = stream.next().id
    with closing(Stream(whipround.site.port, slug, last_event_id=known)) as stream:
        opening = next(stream.blocks())
        assert [line.split(":")[0] for line in opening] == ["retry"]
        whipround.give(slug, 700)
        assert "£7" in stream.next().html


@pytest.mark.both_databases
def test_a_total_whose_announcement_got_lost_arrives_all_the_same(
    whipround: Installation, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balances.Announcer, "balances_moved", lambda _self: None)
    with closing(Stream(whipround.site.port, slug)) as stream:
        stream.next()
        whipround.give(slug, 4200)
        assert "£42" in stream.next().html


@pytest.mark.both_databases
def test_appeals_do_not_hear_of_each_other(whipround: Installation, slug: str) -> None:
    other = whipround.open_appeal()
    with closing(Stream(whipround.site.port, slug)) as stream, closing(Stream(whipround.site.port, other)) as its:
        stream.next()
        its.next()
        whipround.give(other, 900)
        assert "£9" in its.next().html
        whipround.give(slug, 500)
        assert "£5" in stream.next().html


def test_open_streams_do_not_stop_other_requests(whipround: Installation, slug: str) -> None:
    with ExitStack() as opened:
        for _ in range(24):
            opened.enter_context(closing(Stream(whipround.site.port, slug))).next()
        assert whipround.site.ask("GET", f"/appeals/{slug}")[0] == 200
        assert whipround.site.ask("GET", "/healthz")[0] == 200


def test_what_is_no_stream_is_refused(whipround: Installation, slug: str) -> None:
    for path in (
        "/live/appeals/nothing",
        "/live/appeals/",
        f"/live/appeals/{slug}/more",
        "/live/x",
        "/live/" + "x" * 900,
    ):
        assert whipround.site.ask("GET", path)[0] == 404, path
    status, headers, _ = whipround.site.ask("POST", f"/live/appeals/{slug}", body=b"x")
    assert (status, headers["Allow"]) == (405, "GET")


def test_streams_end_in_good_order_when_the_server_is_told_to_stop(
    engine_name: str, template: str, tmp_path: Path
) -> None:
    with run_whipround(engine_name, template, tmp_path) as whipround, ExitStack() as opened:
        slug = whipround.open_appeal()
        streams = [opened.enter_context(closing(Stream(whipround.site.port, slug))) for _ in range(20)]
        for stream in streams:
            stream.next()
        whipround.site.stop()
        for stream in streams:
            # A stream that is cut would raise IncompleteRead here.
            assert list(stream.blocks()) == []
        assert whipround.site.process.returncode == 0
        assert "ERROR" not in whipround.site.log.read_text()
