"""What is written about the code is true: settings, commands, files."""

import ast
import re
import tomllib
from pathlib import Path

import click
import pytest
from flask import Flask

from app.donations import stripe_news

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def settings_read_by(module: Path) -> set[str]:
    """The names in capitals that a module asks its environment for."""
    asked = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = node.args if isinstance(node, ast.Call) else [node.slice] if isinstance(node, ast.Subscript) else []
        for name in names[:1]:
            if isinstance(name, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]{3,}", str(name.value)):
                asked.add(str(name.value))
    return asked


def commands_of(group: click.Group, path: str = "flask") -> set[str]:
    """Every command below a group, as it is typed."""
    found: set[str] = set()
    for name, command in group.commands.items():
        full = f"{path} {name}"
        found |= commands_of(command, full) if isinstance(command, click.Group) else {full}
    return found


def test_every_setting_is_explained_and_every_explained_setting_exists() -> None:
    asked = settings_read_by(ROOT / "app/config.py") | settings_read_by(ROOT / "practice/settings.py")
    explained = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operations.md").read_text(), flags=re.MULTILINE))
    assert "DATABASE_URL" in asked
    assert explained == asked


def test_every_command_is_explained_and_every_explained_command_exists(app: Flask) -> None:
    page = (ROOT / "docs/operations.md").read_text()
    ours = {command for command in commands_of(app.cli) if not command.startswith("flask db ")}
    ours |= {"flask db upgrade"}
    explained = {
        re.split(r" (?=[A-Z\[-])", command)[0] for command in re.findall(r"^\| `(flask [^`]+)`", page, re.MULTILINE)
    }
    assert explained == ours


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_what_a_page_points_to_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []
    files = re.findall(r"`((?:app|docs|tests|scripts|migrations|templates|static|examples)/[\w./-]+\.\w+)`", text)
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_the_make_commands_of_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named <= targets


def test_continuous_integration_runs_what_the_readme_says() -> None:
    script = (ROOT / ".ci/run").read_text().splitlines()
    readme = (ROOT / "README.md").read_text()
    assert "make test" in script
    assert re.search(r"^    make test$", readme, re.MULTILINE)
    # One `make check` by hand is what continuous integration does.
    parts = re.search(r"^check: ([a-z ]+?) ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert parts
    assert [line for line in script if line.startswith("make ")] == [f"make {part}" for part in parts[1].split()]


def test_every_type_of_event_that_means_something_is_asked_for() -> None:
    asked_for = re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", (ROOT / "docs/operations.md").read_text())
    assert sorted(set(asked_for)) == stripe_news.known_types()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [each for group in project["dependency-groups"].values() for each in group]
    wanted = [*project["project"]["dependencies"], *groups]
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text()
    given = {
        name
        for names in re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+) \|", reasons, re.MULTILINE)
        for name in re.findall(r"`([\w-]+)`", names)
    }
    assert given == {re.match(r"[\w-]+", each)[0] for each in wanted}  # type: ignore[index]
