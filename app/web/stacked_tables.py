"""Tables on a phone: each row becomes a small list of names and values, so every cell says which column it is of.

The table keeps its markup and its meaning; `stacked` only adds what the style sheet needs: the column's heading on each
cell, and the roles of rows and cells, which browsers drop when a table is laid out otherwise.
"""

import re
from collections.abc import Sequence

from flask import Flask
from markupsafe import Markup, escape

_TAG = re.compile(r"<(tr|td|th)\b([^>]*)>(?=(\s*–?\s*</t[dh]>)?)")
_SPAN = re.compile(r"\b(col|row)span=\"?(\d+)")

Heading = str | tuple[str, str]


def register(app: Flask) -> None:
    """Give templates the filter."""
    app.add_template_filter(stacked)


def stacked(rows: str, headings: Sequence[Heading]) -> Markup:
    """The rows of a table, each cell with its column's heading; a heading is a text, or a text and a class.

    Marked are the cell that names the row (of the column with the class "title" or "wide", otherwise of the first, but
    no figure), the sum that stands beside it (of the one column of the class "figure" alone), and cells that say
    nothing, or only "–".
    """
    names = [str(each[0]) if isinstance(each, tuple) else str(each) for each in headings]
    kinds = [each[1].split() if isinstance(each, tuple) else [] for each in headings]
    named = [n for kind in ("title", "wide") for n, each in enumerate(kinds) if kind in each]
    title = named[0] if named else -1 if "figure" in kinds[0] else 0
    figures = [n for n, kind in enumerate(kinds) if kind == ["figure"]]
    total = figures[0] if len(figures) == 1 and title >= 0 else -1
    column, below = 0, dict[int, int]()

    def add(found: re.Match[str]) -> str:
        nonlocal column
        tag, attributes, nothing = found[1], found[2], found[3] is not None
        if tag == "tr":
            column = 0
            return f'<tr role="row"{attributes}>'
        while below.get(column, 0):
            below[column] -= 1
            column += 1
        spans = dict(_SPAN.findall(attributes))
        across, down = int(spans.get("col", 1)), int(spans.get("row", 1))
        for each in range(column, column + across):
            below[each] = down - 1
        said = f' data-label="{escape(names[column])}"' if column < len(names) and across == 1 else ""
        kind = "rowheader" if tag == "th" else "cell"
        marks = (" data-title" if column <= title < column + across else "") + (" data-nothing" if nothing else "")
        marks += " data-sum" if column == total and across == 1 else ""
        column += across
        return f'<{tag} role="{kind}"{said}{marks}{attributes}>'

    return Markup(_TAG.sub(add, str(rows)))  # noqa: S704 - the rows come from a template, escaped there
