"""The templates: each can be parsed, none holds inline code or style, and every word in them can be translated."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from app import config, create_app
from practice.application import create_app as create_practice
from practice.settings import PracticeSettings

TEMPLATES = Path(__file__).parents[2] / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))

# Stands where a template puts something in; no character of any language.
HOLE = "\x00"
SPOKEN = {"alt", "aria-description", "aria-label", "aria-placeholder", "aria-valuetext", "placeholder", "title"}
WORD = re.compile(r"[^\W\d_]{2,}")


class Reader(HTMLParser):
    """Collects, with line numbers, what a template says in its own words and what it does in its own place."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inline: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        given = {name: value or "" for name, value in attrs}
        # Data that a script reads is no script.
        if (
            tag == "script"
            and "src" not in given
            and given.get("type") not in ("application/json", "application/ld+json")
        ):
            self.inline.append(f"line {line}: <script> without src")
        if tag == "style":
            self.inline.append(f"line {line}: <style>")
        for name, value in given.items():
            if name == "style" or name.startswith("on") or value.strip().lower().startswith("javascript:"):
                self.inline.append(f"line {line}: {name}=")
            if name in SPOKEN or (name == "value" and given.get("type") in ("submit", "button")):
                self._listen(value, line)
            if name in ("src", "href", "action", "srcset", "poster", "data"):
                self.addresses.append(value)

    def handle_data(self, data: str) -> None:
        # What stands in a <style> is read by nobody.
        if self.cdata_elem != "style":
            self._listen(data, self.getpos()[0])

    def _listen(self, said: str, line: int) -> None:
        if WORD.search(said):
            self.words.append(f"line {line}: {' '.join(said.replace(HOLE, '…').split())}")


def raw(app: Flask, name: str) -> str:
    """A template's own text, with holes where Jinja puts something in.

    What {% trans %} holds is translated already, and what {% block shape %} holds is read by style sheets.
    """
    text, skipped = "", False
    for _line, kind, token in app.jinja_env.lexer.tokeniter((TEMPLATES / name).read_text(encoding="utf-8"), name):
        if kind == "name" and token in ("trans", "endtrans", "shape", "endblock"):
            skipped = not token.startswith("end")
        elif kind == "data" and not skipped:
            text += token
        elif kind in ("variable_begin", "block_begin"):
            text += HOLE
        if kind != "data" or skipped:
            text += "\n" * token.count("\n")
    return text


def read(app: Flask, name: str) -> Reader:
    reader = Reader()
    reader.feed(raw(app, name))
    reader.close()
    return reader


def calls(name: str) -> Iterator[str]:
    """The endpoints that a template links to by `url_for`."""
    yield from re.findall(r"url_for\(\s*['\"]([\w.]+)['\"]", (TEMPLATES / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application; nothing here asks its database."""
    return create_app(config.read({"PRACTICE": "1", "DATA_DIR": str(tmp_path_factory.mktemp("site"))}))


@pytest.fixture(scope="module")
def practice_stripe(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Practice Stripe, which has templates of its own."""
    folder = tmp_path_factory.mktemp("practice")
    return create_practice(
        PracticeSettings("127.0.0.1:0", "http://127.0.0.1:9", ("whsec_for_tests",), folder, "The Lantern")
    )


@pytest.fixture
def app(site: Flask, practice_stripe: Flask, name: str) -> Flask:
    """The application that shows a template."""
    return practice_stripe if name.startswith("practice/") else site


def test_there_are_templates() -> None:
    assert len(NAMES) > 10


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_parsed(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name).name == name


# Readers of mail ignore style sheets.
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("emails/")])
def test_it_holds_no_inline_code_and_no_inline_style(app: Flask, name: str) -> None:
    assert read(app, name).inline == []


@pytest.mark.parametrize("name", NAMES)
def test_every_word_in_it_can_be_translated(app: Flask, name: str) -> None:
    assert read(app, name).words == []


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_nothing_from_elsewhere(app: Flask, name: str) -> None:
    assert [address for address in read(app, name).addresses if re.match(r"\s*(https?:)?//", address)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if any(calls(name))])
def test_what_it_links_to_exists(app: Flask, name: str) -> None:
    assert [endpoint for endpoint in calls(name) if endpoint not in app.view_functions] == []


def test_the_reader_hears_what_it_should() -> None:
    reader = Reader()
    reader.feed(
        '<p onclick="x" style="y">Bare words <img alt="Bare"> <a href="//elsewhere.example/x">\x00</a></p>\n'
        "<script>1</script><style></style> 12 £ \x00"
    )
    reader.close()
    assert len(reader.inline) == 4
    assert reader.words == ["line 1: Bare words", "line 1: Bare"]
    assert reader.addresses == ["//elsewhere.example/x"]
