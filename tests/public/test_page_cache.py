"""Kept pages: rendered once, known by what they show, and never more of them than there is room for."""

import pytest

from app import clock
from app.public import page_cache
from tests.public.articles import an_article


@pytest.fixture
def rendered(app):
    """Which pages were rendered, in order."""
    return []


def ask(app, path, identity, rendered, **headers):
    def render():
        rendered.append(path)
        return f"{path} {identity} {len(rendered)}"

    with app.test_request_context(path, headers=headers):
        return page_cache.answer(identity, render)


def test_a_page_is_rendered_once_for_its_address_and_what_it_shows(app, rendered):
    first = ask(app, "/a", 1, rendered)
    assert ask(app, "/a", 1, rendered).get_data() == first.get_data()
    assert ask(app, "/b", 1, rendered).headers["ETag"] != first.headers["ETag"]
    assert ask(app, "/a", 2, rendered).get_data(as_text=True) == "/a 2 3"
    assert rendered == ["/a", "/b", "/a"]


@pytest.mark.parametrize("given", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_who_has_the_page_is_told_so_without_rendering(app, rendered, given):
    tag = ask(app, "/a", 1, rendered).headers["ETag"]
    if given != "*":
        app.extensions.pop("kept_pages")
    answer = ask(app, "/a", 1, rendered, **{"If-None-Match": given.format(tag=tag)})
    assert (answer.status_code, answer.headers["ETag"]) == (304, tag)
    assert rendered == ["/a"]


def test_the_page_asked_for_least_lately_makes_room(app, rendered, monkeypatch):
    monkeypatch.setattr(page_cache, "_MOST", 2)
    for path in ("/a", "/b", "/a", "/c", "/a", "/b"):
        ask(app, path, 1, rendered)
    assert rendered == ["/a", "/b", "/c", "/b"]


def test_a_shared_part_is_rendered_once_for_all_pages(app, rendered):
    def render():
        rendered.append("part")
        return "the part"

    for path in ("/a", "/b"):
        with app.test_request_context(path):
            assert page_cache.part(("part", 1), render) == "the part"
    assert rendered == ["part"]


def test_another_release_has_other_pages(app, rendered, tmp_path, monkeypatch):
    tag = ask(app, "/a", 1, rendered).headers["ETag"]
    (tmp_path / "new.html").write_text("a new template")
    monkeypatch.setattr(app, "template_folder", str(tmp_path))
    assert ask(app, "/a", 1, rendered).headers["ETag"] == tag
    app.extensions.pop("kept_pages")
    assert ask(app, "/a", 1, rendered).headers["ETag"] != tag


def test_while_debugging_every_page_is_rendered_anew(app, rendered, monkeypatch):
    monkeypatch.setattr(app, "debug", True)
    ask(app, "/a", 1, rendered)
    ask(app, "/a", 1, rendered)
    assert rendered == ["/a", "/a"]


def test_an_article_is_read_from_the_database_once_for_many_readers(client, monkeypatch):
    an_article()
    first = client.get("/articles/4711").get_data()
    later = clock.now()
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr("app.articles.reading.article", lambda _number: pytest.fail("it was read again"))
    assert client.get("/articles/4711").get_data() == first
