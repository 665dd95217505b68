"""Pictures on public pages: kept for a year by whoever has seen them, and shown by the articles that name them."""

import pytest

from app import markup
from app.articles import images
from app.database import writing
from tests.articles.pictures import a_picture
from tests.public.articles import an_article, page


@pytest.fixture
def reference(app) -> str:
    with writing():
        return images.keep(images.reencode(a_picture()), "A press").reference


def test_a_picture_is_kept_for_a_year_and_is_nothing_but_a_picture(client, reference):
    answer = client.get(f"/images/{reference}-640.webp")
    assert (answer.status_code, answer.mimetype, answer.data[8:12]) == (200, "image/webp", b"WEBP")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    etag = answer.headers["ETag"]
    assert client.get(f"/images/{reference}-640.webp", headers={"If-None-Match": etag}).status_code == 304
    for path in (f"{reference}-641.webp", f"{reference}-640.png", f"{reference}.webp", "0123456789abcdef-640.webp"):
        assert client.get(f"/images/{path}").status_code == 404


def test_the_front_page_shows_the_first_words_of_an_article_that_opens_with_a_picture(client, reference):
    an_article(8, text=f"![A *press*]({markup.image_address(reference)})\n\nFirst *words*.\n\nMore.")
    assert page(client.get("/")).select_one(".teaser__words").text == "First words."


def test_an_article_shows_the_picture_that_it_names(client, reference):
    an_article(8, text=f"Words.\n\n![A *press*]({markup.image_address(reference)})")
    picture = page(client.get("/articles/8")).select_one(".prose img")
    assert picture["alt"] == "A press"
    assert picture["src"] == f"/images/{reference}-1280.webp"
    assert f"/images/{reference}-640.webp 640w" in picture["srcset"]
    assert client.get(picture["src"]).status_code == 200
    assert f"/images/{reference}-1280.webp" in client.get("/feed.atom").text
