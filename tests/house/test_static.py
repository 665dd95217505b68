"""Style sheets, scripts and pictures: nothing in them reaches beyond the site."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
NAMES = sorted(
    path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.suffix in (".css", ".js", ".svg")
)

# The name of a language is written as an address, and fetched by nobody.
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


def test_there_are_some() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_names_no_address_elsewhere(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    assert re.findall(r"(?:https?:)?//[\w-]+\.[\w./-]+", text) == []
    assert re.findall(r"@import[^;]*", text) == []
