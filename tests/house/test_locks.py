"""What the lock files promise: every library that is needed, in one version, known by its hash."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUN = "requirements.lock"
TEST = "requirements-dev.lock"
# What `make lock` writes into each, as pyproject.toml names its groups.
GROUPS = {RUN: ["build"], TEST: ["build", "dev"]}


def pinned(lock: Path) -> dict[str, set[str]]:
    """Each package of a lock file, with its version or, for different Pythons, its versions."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(), flags=re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


def pinned_here(lock: Path) -> dict[str, str]:
    """Each package that a lock file has installed on this machine, with its version."""
    lines = re.findall(r"^([\w.-]+==[^\\\n]+)", lock.read_text(), flags=re.MULTILINE)
    wanted = [line for line in map(Requirement, lines) if not line.marker or line.marker.evaluate()]
    return {line.name: next(iter(line.specifier)).version for line in wanted}


def asked_for(root: Path, lock: str) -> list[Requirement]:
    """What the project itself asks for in a lock file."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = [each for group in GROUPS[lock] for each in project["dependency-groups"][group]]
    return [Requirement(each) for each in [*project["project"]["dependencies"], *groups]]


@pytest.mark.parametrize("lock", GROUPS)
def test_a_lock_pins_every_package_by_hash_and_names_no_index(lock: str, root: Path) -> None:
    text = (root / lock).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"^-.*|\w+://\S+", text, flags=re.MULTILINE) == []


@pytest.mark.parametrize("lock", GROUPS)
def test_a_lock_is_complete_so_that_nothing_needs_to_be_resolved(lock: str, root: Path) -> None:
    """Whatever the project asks for, and whatever that asks for, with its extras: all of it is there, and fits."""
    versions = pinned_here(root / lock)
    missing: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [("pyproject.toml", wish) for wish in asked_for(root, lock)]
    while waiting:
        asking, wish = waiting.pop()
        name = canonicalize_name(wish.name)
        locked = versions.get(name)
        if locked is None or not wish.specifier.contains(locked, prereleases=True):
            missing[str(wish)] = f"{asking} asks for it; locked is {locked}"
            continue
        # An extra that is asked for brings along its own wishes, besides those that always hold.
        for extra in {"", *wish.extras} - {known for other, known in seen if other == name}:
            seen.add((name, extra))
            waiting += [
                (f"{name}[{extra}]" if extra else name, each)
                for each in map(Requirement, distribution(name).requires or [])
                if not each.marker or each.marker.evaluate({"extra": extra})
            ]
    assert missing == {}, "run `make lock`"
    assert {name for name, _ in seen} == versions.keys(), "nobody asks for the others any more: run `make lock`"


def test_the_tests_run_on_what_runs(root: Path) -> None:
    running, developing = pinned(root / RUN), pinned(root / TEST)
    assert {name: versions for name, versions in running.items() if developing.get(name) != versions} == {}
