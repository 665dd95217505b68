"""The field's words: names that we gave up for plainer ones do not come back, in code or in the documents.

The glossary of `docs/architecture.md` has the words that stand in their place.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment

from app.database import Base

ROOT = Path(__file__).parents[2]

# Parts of identifiers, as in `kept_dispute` and `KeptDispute`.
GIVEN_UP = {
    "aside", "belongings", "deed", "deeds", "door", "doors", "drawer", "handover", "hands", "holding", "holdings",
    "house", "houses", "kept", "mischief", "moments", "needing", "room", "rooms", "sight", "standing", "standings",
    "stories", "story", "successions", "till", "told", "turns",
}  # fmt: skip

# Two words of which only the second is meant.
FINE = {"STANDING_ORDER", "StandingOrder", "standing_order", "standing_orders", "standing_order_id"}


def parts(name: str) -> set[str]:
    """The words in an identifier, in small letters."""
    return {part.lower() for part in re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).split("_") if part}


def names(tree: ast.AST) -> set[str]:
    """Every name that a module gives or uses."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.rpartition(".")[2])
    return found


def test_no_name_in_the_code_is_one_that_we_gave_up() -> None:
    back = {
        f"{path.relative_to(ROOT)}: {name}"
        for top in ("app", "practice")
        for path in (ROOT / top).rglob("*.py")
        if "tests" not in path.parts
        for name in names(ast.parse(path.read_text(encoding="utf-8"))) - FINE
        if parts(name) & GIVEN_UP
    }
    assert back == set()


def names_in(template: str) -> Iterator[str]:
    """Every name in a template's expressions and statements."""
    yield from (value for _, kind, value in Environment().lex(template) if kind == "name")  # noqa: S701 - it renders nothing


def test_no_name_in_a_template_is_one_that_we_gave_up() -> None:
    back = {
        f"{path.relative_to(ROOT)}: {name}"
        for top in ("templates", "practice/templates")
        for path in (ROOT / top).rglob("*.*")
        for name in set(names_in(path.read_text(encoding="utf-8"))) - FINE
        if parts(name) & GIVEN_UP
    }
    assert back == set()


def test_no_document_points_to_a_name_that_we_gave_up() -> None:
    back = {
        f"{page.name}: {name}"
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for quoted in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8").replace("tests/house/", ""))
        for name in re.findall(r"[A-Za-z_]{3,}", quoted)
        if parts(name) & GIVEN_UP - {"standing"}
    }
    assert back == set()


def test_no_name_in_the_database_is_one_that_we_gave_up() -> None:
    named: set[str] = set()
    for table in Base.metadata.tables.values():
        named |= {table.name, *table.c.keys(), *(str(index.name) for index in table.indexes)}
    assert {name for name in named if parts(name.replace("standing_order", "")) & GIVEN_UP} == set()


def test_no_class_of_a_style_sheet_is_one_that_we_gave_up() -> None:
    back = {
        f"{path.relative_to(ROOT)}: {name}"
        for top in ("static", "practice/static")
        for path in (ROOT / top).rglob("*.css")
        for name in re.findall(r"\.([a-z][\w-]+)", path.read_text(encoding="utf-8"))
        if parts(name.replace("-", "_")) & GIVEN_UP
    }
    assert back == set()


SPOKEN = re.compile(
    r"\b(doors?|houses?|deeds?|drawers?|belongings|successions?|needing|knocks?|knocked|e-mails?)\b", re.IGNORECASE
)

# What events are announced with, where people live, and a table of earlier releases.
FOUND_IN_TEXTS = re.compile(
    r"\(doors 6|Castle Street door|\bdoors\)\\b|Moving house|tests/house|tests\.house|(INTO|UPDATE|FROM) deeds"
)


def test_no_comment_and_no_text_speaks_of_doors_and_houses_or_writes_email_in_two_ways() -> None:
    endings = {".py", ".html", ".txt", ".css", ".js", ".md", ".toml"}
    back = {
        f"{path.relative_to(ROOT)}: {word}"
        for top in ("app", "docs", "practice", "scripts", "static", "templates", "tests")
        for path in [*(ROOT / top).rglob("*.*"), *ROOT.glob("*.md")]
        if path.suffix in endings and path != Path(__file__)
        for word in SPOKEN.findall(FOUND_IN_TEXTS.sub("", path.read_text(encoding="utf-8")))
    }
    assert back == set()


def test_no_text_that_people_read_needs_to_be_read_twice_for_its_words() -> None:
    words = ROOT / "app/translations/messages.pot"
    twice = ("will stand here", "is kept of", "goes on for", "at hand", "unwanted mail")
    assert [each for each in twice if each in words.read_text(encoding="utf-8")] == []
