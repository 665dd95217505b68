"""The pictures that stand for our pages elsewhere: drawn when they are asked for, and kept until their figure moves."""

import io

import pytest
from PIL import Image

from app.donations.donation import CHEQUE
from app.public import share_pictures
from tests.cast import an_appeal
from tests.offline.hands import a_gift_by
from tests.public.articles import an_article

SAID = {"organisation": "The Lantern", "title": "Keep the press turning"}


def seen(body):
    picture = Image.open(io.BytesIO(body))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    return picture.convert("RGB")


def red(picture, row):
    """How many pixels of a row are of the bar's colour."""
    return sum(picture.getpixel((x, row)) == (174, 16, 25) for x in range(72, 1129))


def ink(picture, left, right):
    """How many dark pixels there are in the title's place between two columns."""
    return sum(max(picture.getpixel((x, y))) < 90 for x in range(left, right, 2) for y in range(130, 210, 2))


def test_the_figure_is_right_when_the_picture_is_fetched(client):
    appeal = an_appeal(target_minor=10_000)
    answer = client.get("/appeals/press-fund/share.png")
    assert answer.mimetype == "image/png"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert red(seen(answer.data), 555) == 0
    same = client.get("/appeals/press-fund/share.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304
    a_gift_by(CHEQUE, appeal, 2500, what="000123")
    later = client.get("/appeals/press-fund/share.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert later.status_code == 200
    assert red(seen(later.data), 555) == 1 + 1056 * 250 // 1000


def test_a_picture_is_drawn_once_while_nothing_changes(client, monkeypatch):
    an_appeal()
    drawn = []
    monkeypatch.setattr(share_pictures, "drawn", lambda said: drawn.append(said["title"]) or b"png")
    for _ in range(2):
        client.get("/appeals/press-fund/share.png")
    assert drawn == ["Keep the press turning"]


def test_articles_and_the_front_page_have_one_with_the_appeal_in_force(client, monkeypatch):
    an_article()
    monkeypatch.setattr(share_pictures, "drawn", lambda said: repr(sorted(said.items())).encode())
    assert "raised" not in client.get("/articles/4711/share.png").text
    an_appeal()
    article, front = client.get("/articles/4711/share.png").text, client.get("/share.png").text
    assert "Headline 4711" in article
    assert "raised of £25,000 · 0%" in article
    assert "The Lantern" in front
    assert "raised of £25,000 · 0%" in front


@pytest.mark.parametrize("path", ["/appeals/draft/share.png", "/appeals/none/share.png", "/articles/1/share.png"])
def test_what_nobody_sees_has_none(client, path):
    an_appeal("draft", starts_on=None, ends_on=None)
    assert client.get(path).status_code == 404


def test_where_it_cannot_be_drawn_the_sites_own_stands(client, monkeypatch, tmp_path):
    an_appeal()
    monkeypatch.setattr(share_pictures, "_PROGRAM", tmp_path / "missing.py")
    answer = client.get("/appeals/press-fund/share.png")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    assert answer.location.startswith("/static/share.png?v=")


@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("Keep the press", False),
        ("أوقفوا إغلاق المكتبة", True),
        ("הצילו את הספרייה", True),
        ("河边的印刷机坏了 🎉", False),
        ("नदी के किनारे", False),
    ],
    ids=["Latin", "Arabic", "Hebrew", "Chinese", "Devanagari"],
)
def test_titles_of_any_script_stand_where_their_readers_begin(title, right):
    picture = seen(share_pictures.drawn({**SAID, "title": title}))
    first, last = ink(picture, 72, 300), ink(picture, 900, 1128)
    assert (last if right else first) > 0
    assert (first if right else last) == 0


@pytest.mark.parametrize("title", ["A very long title " * 30, "Donaudampfschifffahrt" * 12, "", "\x00\u202e\n"])
def test_no_title_breaks_the_picture_or_runs_over_its_edge(title):
    total = {"raised": "£123,456,789", "of": "raised of £25,000 · 493827%", "laps": [1000] * 4}
    picture = seen(share_pictures.drawn({**SAID, "title": title, **total}))
    assert all(picture.getpixel((x, y)) == (250, 247, 240) for x in range(1132, 1200) for y in range(40, 630, 5))
