"""Compression: what is the same for everybody goes out small, and what holds a secret as it is."""

import gzip

import pytest

from app.public import page_cache
from tests.cast import an_appeal
from tests.public.articles import an_article

GZIP = {"Accept-Encoding": "gzip, deflate, br"}

SAME_FOR_ALL = ["/", "/articles/4711", "/archive", "/appeals", "/appeals/press-fund", "/feed.atom", "/sitemap.xml",
                "/privacy", "/style.css", "/office.css", "/static/js/giving.js"]  # fmt: skip


@pytest.fixture(autouse=True)
def _something_to_read(app):
    an_article()
    an_appeal()


@pytest.mark.parametrize("path", SAME_FOR_ALL)
def test_what_is_the_same_for_everybody_is_sent_small_to_whoever_takes_it(client, path, monkeypatch):
    monkeypatch.setattr(page_cache, "_tag", lambda *_what, tags={}: tags.setdefault(path, "0123456789abcdef01234567"))
    with client.get(path) as plain, client.get(path, headers=GZIP) as small:
        assert plain.headers.get("Content-Encoding") is None
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.get_data()) == plain.get_data()
        assert len(small.get_data()) < len(plain.get_data()) * 0.6
        assert int(small.headers["Content-Length"]) == len(small.get_data())
        for answer in (plain, small):
            assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("path", SAME_FOR_ALL)
def test_each_form_has_a_tag_of_its_own_and_is_known_again_by_it(client, path):
    with client.get(path) as plain, client.get(path, headers=GZIP) as small:
        tags = [answer.headers["ETag"] for answer in (plain, small)]
    assert tags[0] != tags[1]
    with client.get(path, headers={**GZIP, "If-None-Match": tags[1]}) as again:
        assert (again.status_code, again.get_data()) == (304, b"")
    with client.get(path, headers={"If-None-Match": tags[0]}) as again:
        assert again.status_code == 304
    with client.get(path, headers={"If-None-Match": tags[1]}) as other:
        assert other.status_code == 200


@pytest.mark.parametrize(
    "path", ["/appeals/press-fund/donate", "/office/sign-in", "/no-such", "/appeals/press-fund/raised"]
)
def test_a_page_with_a_token_in_it_is_never_compressed(client, path):
    answer = client.get(path, headers=GZIP, follow_redirects=True)
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepts", ["identity", "gzip;q=0", "br", ""])
def test_whoever_does_not_take_it_gets_the_plain_page(client, accepts):
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": accepts}).headers


def test_a_picture_is_not_compressed_again(client):
    with client.get("/static/share.png", headers=GZIP) as answer:
        assert "Content-Encoding" not in answer.headers
