"""Markdown in, safe HTML out: rendered by markdown-it and cleaned by nh3, so that no text can bring a script along."""

from html import unescape

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_markdown = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(["replacements", "smartquotes"])
_TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"}


def html(text: str) -> Markup:
    """The Markdown `text` as HTML that may stand in a page: no scripts, no images, no raw HTML, links made safe."""
    cleaned = nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it


def plain(text: str) -> str:
    """The Markdown `text` without its marks, one line of it: for feeds, descriptions and mails."""
    return " ".join(unescape(nh3.clean(_markdown.render(text), tags=set())).split())
