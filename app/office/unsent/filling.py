"""Filling a page's form in with what was typed before: in the page as it was rendered, so that no view has to know."""

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

# What is never filled in: nobody's password, a file (browsers refuse it), and the token of the page itself.
_LEFT = {"password", "file", "submit", "button", "image", "reset"}


@dataclass
class _Tag:
    """One tag of the page: where it stands, and what it says."""

    name: str
    begin: int
    end: int
    attributes: dict[str, str | None]
    inner_end: int = 0
    """Of a textarea, an option or a button: where its text ends."""

    @property
    def kind(self) -> str:
        return (self.attributes.get("type") or "text").lower() if self.name == "input" else self.name


@dataclass
class _Form:
    tag: _Tag
    fields: list[_Tag] = field(default_factory=list)


class _Reader(HTMLParser):
    """Finds the forms of a page and their fields, each with its place in the source."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._starts = [0]
        for line in page.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.forms: list[_Form] = []
        self.main: _Tag | None = None
        self._open: _Form | None = None
        self._select: str | None = None
        self.feed(page)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        begin = self._at()
        found = _Tag(tag, begin, begin + len(self.get_starttag_text() or ""), dict(attrs))
        if tag == "main":
            self.main = found
        elif tag == "form":
            self._open = _Form(found)
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "textarea", "select", "option", "button"):
            if tag == "select":
                self._select = found.attributes.get("name")
            if tag == "option":
                found.attributes["name"] = self._select
            self._open.fields.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._open is not None and self._open.fields:
            self._open.fields[-1].inner_end = self._at()


def fill(page: str, here: str, path: str, typed: list[tuple[str, str]], notice: str, more: str) -> str | None:
    """The page, with `typed` in the form that is sent to `path`, `notice` at its top and `more` inside the form.

    `here` is the page's own path, where a form without an action is sent. Where several forms go to one address it is
    the one that has most of what was typed. `None` when there is no such form.
    """
    read = _Reader(page)
    forms = [form for form in read.forms if _path(form, here) == path and _posts(form)]
    if not forms or read.main is None:
        return None
    best = max(forms, key=lambda form: _likeness(form, typed))
    edits = [(read.main.end, read.main.end, notice), (best.tag.end, best.tag.end, more)]
    left: dict[str, list[str]] = {}
    for name, value in typed:
        left.setdefault(name, []).append(value)
    for tag in best.fields:
        edits += _edit(tag, left)
    for begin, end, text in sorted(edits, reverse=True):
        page = page[:begin] + text + page[end:]
    return page


def _path(form: _Form, here: str) -> str:
    return urlsplit(form.tag.attributes.get("action") or here).path


def _posts(form: _Form) -> bool:
    return (form.tag.attributes.get("method") or "").lower() == "post"


def _likeness(form: _Form, typed: list[tuple[str, str]]) -> int:
    names = {name for name, _value in typed}
    alike = sum(tag.attributes.get("name") in names for tag in form.fields)
    return alike + 2 * sum((tag.attributes.get("name"), tag.attributes.get("value")) in typed for tag in form.fields)


def _edit(tag: _Tag, left: dict[str, list[str]]) -> list[tuple[int, int, str]]:
    """What to change at one field."""
    name = tag.attributes.get("name")
    if not name or name == "csrf_token" or tag.kind in _LEFT or tag.name in ("select", "button"):
        return []
    if tag.name == "option":
        return [_switched(tag, "selected", tag.attributes.get("value") in left.get(name, []))] if name in left else []
    if tag.kind in ("checkbox", "radio"):
        return [_switched(tag, "checked", (tag.attributes.get("value") or "on") in left.get(name, []))]
    if not left.get(name):
        return []
    value = left[name].pop(0)
    if tag.name == "textarea":
        # The first line break after the tag is none of the text's.
        return [(tag.end, tag.inner_end, "\n" + escape(value))]
    return [(tag.begin, tag.end, _written(tag.name, {**tag.attributes, "value": value}))]


def _switched(tag: _Tag, attribute: str, on: bool) -> tuple[int, int, str]:
    attributes = {name: value for name, value in tag.attributes.items() if name != attribute}
    if tag.name == "option":
        attributes.pop("name")
    if on:
        attributes[attribute] = None
    return tag.begin, tag.end, _written(tag.name, attributes)


def _written(name: str, attributes: dict[str, str | None]) -> str:
    said = "".join(f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>"
