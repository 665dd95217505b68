"""What the documents say of the code as it stands: the maps, the glossary, the commands, and what is not there yet.

All of it is compared with the tree itself, so that a package which moves, comes or goes is missed on every map at once.
"""

import re
from collections import Counter
from pathlib import Path

import click
import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs/architecture.md"
CHANGELOG = ROOT / "CHANGELOG.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

# What stands in a map's first column, and is no place.
LAYERS = {"composition", "interfaces", "workflows", "domain", "ledger", "foundation", "beside"}


def places() -> set[str]:
    """Every package and every module directly below app/, and the packages of ours that stand beside it."""
    inside = {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    inside |= {path.stem for path in (ROOT / "app").glob("*.py")} - {"__init__"}
    return inside | ({path.parent.name for path in ROOT.glob("*/__init__.py")} - {"app", "tests"})


def shown(line: str) -> list[str]:
    """The places that a line of a map names, before it says in two or more spaces' distance what they are for."""
    named, *_about = re.split(r" {2,}", re.sub(r"^(?:beside it|[a-z]+)?\s+", "", line), maxsplit=1)
    return re.findall(r"(?:app/)?([a-z_]+)/?", named)


def on_the_map(page: Path) -> list[str]:
    """The places on a page's map: its first block that shows app/, unless it shows commands."""
    blocks = re.findall(r"^```\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    drawn = next(block for block in blocks if "app/" in block)
    return [name for line in drawn.splitlines() for name in shown(line)]


@pytest.mark.parametrize("page", [README, ARCHITECTURE], ids=lambda page: page.name)
def test_a_map_shows_every_place_of_the_code_once_and_no_other(page: Path) -> None:
    drawn = Counter(on_the_map(page))
    # Of the composition, which only puts the others together, the short map says nothing.
    may_be_left_out = {"factory", "asgi"} if page == README else set()
    assert places() - drawn.keys() - may_be_left_out == set(), "not on the map"
    assert drawn.keys() - places() == set(), "on the map, but not in the code"
    assert {name: times for name, times in drawn.items() if times > 1} == {}


def test_the_package_says_in_its_docstring_what_it_consists_of() -> None:
    said = set(re.findall(r"`(\w+)`", (ROOT / "app/__init__.py").read_text(encoding="utf-8")))
    inside = {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    inside |= {path.stem for path in (ROOT / "app").glob("*.py")} - {"__init__"}
    assert said == inside


def test_a_word_stands_once_in_the_glossary() -> None:
    glossary = ARCHITECTURE.read_text(encoding="utf-8").partition("| word | means |\n| --- | --- |\n")[2]
    words = re.findall(r"^\| ([^|]+) \|", glossary.partition("\n\n")[0], flags=re.MULTILINE)
    assert len(words) > 30
    assert [word for word, times in Counter(words).items() if times > 1] == []


def commands_of(group: click.Group, path: str = "flask") -> dict[str, bool]:
    """Every command as it is typed, and whether it is a group of commands."""
    found: dict[str, bool] = {}
    for name, command in group.commands.items():
        full = f"{path} {name}"
        found[full] = isinstance(command, click.Group)
        if isinstance(command, click.Group):
            found |= commands_of(command, full)
    return found


def sentences(text: str) -> list[str]:
    """A page's sentences, each on one line; a list's point and a table's row end like a sentence."""
    points = re.split(r"\n\s*\n|\n(?=\s*[-|#])", text)
    return [each for point in points for each in re.split(r"(?<=[.;])\s+(?=\S)", " ".join(point.split()))]


def denies(sentence: str) -> bool:
    """Whether a sentence says of something that it does not exist so far."""
    return bool(re.search(r"\b(?:no|not|nothing|never|without)\b.*\byet\b", sentence, flags=re.IGNORECASE))


def test_the_commands_that_the_documents_name_exist(app: Flask) -> None:
    is_group = commands_of(app.cli)
    unknown = set()
    for page in PAGES:
        for sentence in filter(lambda each: not denies(each), sentences(page.read_text(encoding="utf-8"))):
            for first, second in re.findall(r"`(flask [a-z]+)(?: ([a-z][a-z-]+))?", sentence):
                # After a group's name comes one of its commands; after a command's, what it is given.
                named = f"{first} {second}" if second and is_group.get(first) else first
                unknown |= {f"{page.name}: {named}"} - {f"{page.name}: {known}" for known in is_group}
    assert unknown == set()


def test_nothing_that_exists_is_said_not_to_be_there_yet(app: Flask) -> None:
    commands = commands_of(app.cli)
    # A package's name is the word for what it does: who has an app/office cannot say that there is no office.
    packages = {path.parent.name.replace("_", " ") for path in (ROOT / "app").rglob("__init__.py")} - {"app"}
    false = [
        f"{page.name}: {sentence}"
        for page in (README, CHANGELOG)
        for sentence in sentences(page.read_text(encoding="utf-8"))
        if denies(sentence)
        and (
            any(re.search(rf"`{command}\b", sentence) for command in commands)
            or any(re.search(rf"\b{package}\b", re.sub(r"`[^`]*`|\]\([^)]*\)", "", sentence)) for package in packages)
        )
    ]
    assert false == []
