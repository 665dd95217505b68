"""Charts: drawn as SVG on the server, coloured by the style sheet alone, and the same figures given as rows.

Pygal lays the chart out. Its style sheet, its script and its tooltips are taken out of the drawing again, because no
page of ours allows any of them.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pygal
from defusedxml.ElementTree import fromstring
from markupsafe import Markup
from pygal.style import Style

from app.money import Money, written

# Pygal leaves a finder for plug-ins of its own behind, in the form of old that today's importers stumble over.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

_SVG = "http://www.w3.org/2000/svg"
_OURS = Style(label_font_size=15, major_label_font_size=15)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, unique in its chart, and what it comes to."""

    name: str
    amount: Money


def draw(bars: Sequence[Bar], *, name: str, title: str, words: str, every: int, locale: str) -> Markup | None:
    """A bar chart of amounts of one currency, or nothing where each of them is nothing.

    `title` and `words` are read out in its place, `name` is unique on the page. There is room for the name of `every`
    so many bars, counted from the last.
    """
    if not any(bar.amount.minor for bar in bars):
        return None
    currency = bars[0].amount.currency
    named = [bar.name for bar in bars]

    def short(minor: float) -> str:
        return written(Money(round(minor), currency), locale=locale, short=True)

    chart = pygal.Bar(
        style=_OURS, js=(), css=(), width=520, height=240, margin=2, spacing=2, show_legend=False, truncate_label=-1,
        show_minor_x_labels=False, max_scale=6, value_formatter=short, x_labels=named,
        x_labels_major=named[::-every],
    )  # fmt: skip
    chart.add(title, [bar.amount.minor for bar in bars])
    drawn = fromstring(chart.render())
    return Markup(_as_ours(drawn, bars, name, title, words, locale))  # noqa: S704 - pygal escapes what it is given


def _as_ours(drawn: ET.Element, bars: Sequence[Bar], name: str, title: str, words: str, locale: str) -> str:
    plot = drawn[-1]
    drawn[:] = [_element("title", title, id=f"{name}-title"), _element("desc", words, id=f"{name}-words"), plot]
    drawn.attrib.pop("id")
    drawn.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-words", "class": "chart"}
    for group in list(plot):
        if group.get("class", "").endswith("overlay") or group.get("class") == "titles":
            plot.remove(group)
    for bar, drawing in zip(bars, plot.iterfind(f".//{{{_SVG}}}g[@class='bar']"), strict=False):
        drawing[:] = [drawing[0], _element("title", f"{bar.name}: {written(bar.amount, locale=locale)}")]
    ET.register_namespace("", _SVG)
    return ET.tostring(drawn, encoding="unicode")


def _element(tag: str, text: str, **attributes: str) -> ET.Element:
    made = ET.Element(f"{{{_SVG}}}{tag}", attributes)
    made.text = text
    return made
