"""The live totals, as browsers see them: over HTTP, from a real server, moved by another process's commits."""

from contextlib import closing

import pytest
from flask import Flask

from app.ledger import announcing
from tests.live.site import SLUG, Site, Stream, give


@pytest.mark.both_databases
def test_a_stream_shows_the_total_at_once_and_again_after_each_commit(app: Flask, site: Site) -> None:
    with closing(Stream(site.port)) as one, closing(Stream(site.port)) as other:
        assert one.response.status == 200
        assert one.response.headers["Content-Type"] == "text/event-stream"
        assert one.response.headers["Cache-Control"] == "no-store"
        assert one.response.headers["X-Accel-Buffering"] == "no"
        first = one.next()
        assert "£0" in first.html
        give(app, 3100)
        moved = one.until("£31")
        assert moved.id != first.id
        assert other.until("£31") == moved
        give(app, 100)
        assert "£32" in one.next().html
    status, _, page = site.ask("GET", f"/appeals/{SLUG}/raised")
    assert status == 200
    assert "£32" in page.decode()


@pytest.mark.both_databases
def test_who_comes_back_with_the_present_total_is_sent_only_the_next(app: Flask, site: Site) -> None:
    with closing(Stream(site.port)) as stream:
        known = stream.next().id
    with closing(Stream(site.port, last_event_id=known)) as stream:
        opening = next(stream.blocks())
        assert [line.split(":")[0] for line in opening] == ["retry"]
        give(app, 700)
        assert "£7" in stream.next().html


@pytest.mark.both_databases
def test_a_total_whose_announcement_got_lost_arrives_all_the_same(
    app: Flask, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing.Announcer, "balances_moved", lambda _self: None)
    with closing(Stream(site.port)) as stream:
        stream.next()
        give(app, 4200)
        assert "£42" in stream.next().html


def test_an_open_stream_does_not_stop_other_requests(site: Site) -> None:
    streams = [Stream(site.port) for _ in range(24)]
    for stream in streams:
        stream.next()
    assert site.ask("GET", f"/appeals/{SLUG}")[0] == 200
    assert site.ask("GET", "/healthz")[0] == 200
    for stream in streams:
        stream.close()


def test_streams_end_in_good_order_when_the_server_is_told_to_stop(site: Site) -> None:
    streams = [Stream(site.port) for _ in range(20)]
    for stream in streams:
        stream.next()
    site.stop()
    for stream in streams:
        # A stream that is cut would raise IncompleteRead here.
        assert list(stream.blocks()) == []
        stream.close()
    assert site.process.returncode == 0
    assert "ERROR" not in site.log.read_text()


def test_what_is_no_stream_is_refused(site: Site) -> None:
    for path in (
        "/live/appeals/nothing",
        "/live/appeals/",
        f"/live/appeals/{SLUG}/more",
        "/live/x",
        "/live/" + "x" * 900,
    ):
        assert site.ask("GET", path)[0] == 404, path
    status, headers, _ = site.ask("POST", f"/live/appeals/{SLUG}", body=b"x")
    assert (status, headers["Allow"]) == (405, "GET")
