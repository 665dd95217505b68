"""Markdown in, safe HTML out: rendered by markdown-it and cleaned by nh3, so that no text can bring a script along.

Images come through only when they are our own, by the address under which we serve them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from typing import Any, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

# The widths, in pixels, in which every image is kept: for a phone, and for the column of text on a fine screen.
IMAGE_WIDTHS = (640, 1280)

_OWN_IMAGE = re.compile(r"/images/(?P<reference>[0-9a-f]{16})-(?:640|1280)\.webp")
_OWN_SET = re.compile(r"/images/([0-9a-f]{16})-640\.webp 640w, /images/\1-1280\.webp 1280w")
# The column of text is as wide as `--measure` in static/css/tokens.css.
_SIZES = "(min-width: 38rem) 34rem, 100vw"
_TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre", "strong", "ul"}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "srcset", "sizes", "alt", "loading", "width", "height"}}


class NamedImage(NamedTuple):
    """An image that a text names: the reference of one of ours, `None` for any other; the words that go with it."""

    reference: str | None
    words: str


def image_address(reference: str, width: int = IMAGE_WIDTHS[-1]) -> str:
    """The path under which one of our images is served in one of its widths."""
    return f"/images/{reference}-{width}.webp"


def html(text: str, sizes: Mapping[str, tuple[int, int]] | None = None, *, opens: bool = False) -> Markup:
    """The Markdown `text` as HTML that may stand in a page: no scripts, no raw HTML, links made safe, no images but
    our own.

    `sizes` are the width and height of images by their reference, so that the text does not jump when they arrive.
    Where the text `opens` a page, its first image is fetched at once.
    """
    cleaned = nh3.clean(
        _markdown.render(text, {"sizes": sizes or {}, "at once": opens}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_own,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it


def plain(text: str) -> str:
    """The Markdown `text` without its marks, one line of it: for feeds, descriptions and mails."""
    return " ".join(unescape(nh3.clean(_markdown.render(text), tags=set())).split())


def images(text: str) -> list[NamedImage]:
    """The images that a text names, in their order."""
    return [
        NamedImage(match["reference"] if match else None, token.content.strip())
        for token in _inline(_markdown.parse(text))
        if token.type == "image"
        for match in [_OWN_IMAGE.fullmatch(str(token.attrs.get("src", "")))]
    ]


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _inline(token.children or ())


def _image(renderer: Any, tokens: Sequence[Token], place: int, options: Any, environment: Any) -> str:
    """One of our images in all its widths, for the browser to choose; of any other, nothing."""
    token = tokens[place]
    match = _OWN_IMAGE.fullmatch(str(token.attrs.get("src", "")))
    if match is None:
        return ""
    addresses = [(image_address(match["reference"], width), width) for width in IMAGE_WIDTHS]
    widths = ", ".join(f"{address} {width}w" for address, width in addresses)
    words = escape(renderer.renderInlineAsText(token.children or [], options, environment))
    size = environment.get("sizes", {}).get(match["reference"])
    dimensions = f' width="{size[0]}" height="{size[1]}"' if size else ""
    lazy = "" if environment.pop("at once", False) else ' loading="lazy"'
    return f'<img src="{addresses[-1][0]}" srcset="{widths}" sizes="{_SIZES}" alt="{words}"{dimensions}{lazy}>'


def _own(tag: str, name: str, value: str) -> str | None:
    """Whether an attribute stays: an image's addresses only as `_image` has written them."""
    pattern = {("img", "src"): _OWN_IMAGE, ("img", "srcset"): _OWN_SET}.get((tag, name))
    return value if pattern is None or pattern.fullmatch(value) else None


_markdown = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(["replacements", "smartquotes"])
_markdown.add_render_rule("image", _image)
