"""What pages tell machines of themselves: cards with a picture, and schema.org's data."""

import json

import pytest
from bs4 import BeautifulSoup

from app import clock
from app.articles.images import Image, ImageFile
from app.database import db, writing
from tests.cast import an_appeal
from tests.public.articles import an_article, page

REFERENCE = "0123456789abcdef"
PICTURE = f"![A press](/images/{REFERENCE}-1280.webp)"


@pytest.fixture
def picture(app):
    with writing():
        image = Image(
            reference=REFERENCE, words="A press", width=1280, height=720, uploaded_at=clock.now(), uploaded_by="e@x.org"
        )
        db.session.add(image)
        db.session.flush()
        db.session.add_all(ImageFile(image_id=image.id, width=width, body=b"webp") for width in (640, 1280))


def card(soup):
    return {
        meta.get("property") or meta["name"]: meta["content"]
        for meta in soup.select("meta[property^='og:'], meta[name^='twitter:']")
    }


def data(soup):
    (block,) = soup.select("script[type='application/ld+json']")
    return json.loads(block.string)


@pytest.mark.usefixtures("picture")
def test_an_article_has_a_card_with_its_own_picture_and_is_a_news_article(client):
    article = an_article(headline='The "old" press & </script><b>', text=f"Words.\n\n{PICTURE}")
    soup = page(client.get("/articles/4711"))
    said = card(soup)
    assert said["og:type"] == "article"
    assert said["og:title"] == article.headline
    assert said["og:image"] == f"http://localhost/images/{REFERENCE}-1280.webp"
    assert (said["og:image:width"], said["og:image:height"], said["og:image:alt"]) == ("1280", "720", "A press")
    assert said["twitter:card"] == "summary_large_image"
    known = data(soup)
    assert (known["@type"], known["headline"]) == ("NewsArticle", article.headline)
    assert known["datePublished"] == known["dateModified"] == "2012-06-19T12:13:00+00:00"
    assert known["image"] == [said["og:image"]]
    assert known["publisher"]["name"] == "The Lantern"
    assert known["publisher"]["email"] == "office@lantern.example"


def test_a_page_without_a_picture_has_one_that_we_draw(client):
    an_article()
    an_appeal()
    for path, title in (("/", "The Lantern"), ("/articles/4711", "Headline 4711"),
                        ("/appeals/press-fund", "Keep the press turning")):  # fmt: skip
        said = card(page(client.get(path)))
        assert said["og:image"] == f"http://localhost{path.rstrip('/')}/share.png"
        assert (said["og:image:width"], said["og:image:height"], said["og:image:alt"]) == ("1200", "630", title)


def test_an_open_appeal_and_the_front_page_say_how_to_give(client):
    an_appeal()
    action = data(page(client.get("/appeals/press-fund")))
    assert (action["@type"], action["name"]) == ("DonateAction", "Keep the press turning")
    assert action["target"]["urlTemplate"] == "http://localhost/appeals/press-fund/donate"
    assert action["recipient"]["name"] == "The Lantern"
    front = data(page(client.get("/")))
    assert (front["@type"], front["potentialAction"]["target"]["urlTemplate"]) == (
        "Organization",
        "http://localhost/donate",
    )


def test_an_appeal_that_takes_no_gifts_says_nothing_of_giving(client):
    an_appeal(starts_on=clock.today().replace(year=clock.today().year + 1), ends_on=None)
    soup = page(client.get("/appeals/press-fund"))
    assert soup.select("script[type='application/ld+json']") == []
    assert card(soup)["og:title"] == "Keep the press turning"


@pytest.mark.usefixtures("picture")
def test_pictures_have_their_size_and_the_first_is_not_put_off(client):
    an_article(text=f"{PICTURE}\n\n{PICTURE}")
    first, second = BeautifulSoup(client.get("/articles/4711").text, "html5lib").select(".prose img")
    for image in (first, second):
        assert (image["width"], image["height"]) == ("1280", "720")
    assert first.get("loading") is None
    assert second["loading"] == "lazy"
