"""What may stand in any file of the house, and what the lock files promise."""

import re
import tomllib
from pathlib import Path

import pytest

# Written apart, so that this file may stand in the house as well.
FORBIDDEN = {
    "the host of a package registry": re.compile(r"\b(pypi|pythonhosted|npmjs|debian|ubuntu)" + r"\.(org|com)\b"),
    "a path of somebody's machine": re.compile(r"(?<![\w.])/(work|root|home/\w+)" + r"/"),
    "a secret of a real Stripe account": re.compile(r"\b[sr]k_" + r"live_\w{8,}"),
}
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str, kept_files: list[Path], house: Path) -> None:
    found = []
    for path in kept_files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(house)}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
            for hit in FORBIDDEN[what].finditer(text)
        ]
    assert found == []


def pinned(lock: Path) -> dict[str, set[str]]:
    """Each package of a lock file, with its version or, for different Pythons, its versions."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(), flags=re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_index(lock: str, house: Path) -> None:
    text = (house / lock).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"^-.*|\w+://\S+", text, flags=re.MULTILINE) == []


def test_the_locks_hold_what_the_project_asks_for_and_the_tests_run_on_what_runs(house: Path) -> None:
    project = tomllib.loads((house / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    running, developing = (pinned(house / lock) for lock in LOCKS)
    names = {re.split(r"[\[<>=!~; ]", each)[0] for each in wanted}
    assert names - developing.keys() == set(), "run `make lock`"
    assert {name: versions for name, versions in running.items() if developing.get(name) != versions} == {}
