"""The environment is what a lock file names, literally: nothing newer gets in, and nothing older or half done stays.

The scripts run as `make` runs them, on libraries of two lines each that lie in a folder instead of an index.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def publish(folder: Path, name: str, version: str, *requires: str, extra: str = "", code: str = "") -> str:
    """Put a library into the folder that stands for the index; return its lines of a lock file."""
    about = f"{name}-{version}.dist-info"
    wishes = [*(f"Requires-Dist: {each}" for each in requires), *([f"Provides-Extra: {extra}"] if extra else [])]
    files = {
        f"{name}/__init__.py": f'version = "{version}"\n',
        **({f"{name}/build_meta.py": code} if code else {}),
        f"{about}/METADATA": "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *wishes, ""]),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{about}/RECORD"])
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{about}/RECORD": record}.items():
            archive.writestr(path, text)
    return locked(name, version, wheel)


def publish_source(folder: Path, name: str, version: str) -> str:
    """Put a library into the index that is published as source alone; return its lines of a lock file."""
    source = folder / f"{name}-{version}.tar.gz"
    project = folder.parent / f"{name}-{version}"
    project.mkdir()
    (project / "setup.py").write_text("raise SystemExit('only setuptools knows what to do with this')\n")
    with tarfile.open(source, "w:gz") as archive:
        archive.add(project, arcname=project.name)
    return locked(name, version, source)


def locked(name: str, version: str, file: Path) -> str:
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


class Checkout:
    """A checkout: scripts, locks and an environment; and an index that holds what a test publishes."""

    def __init__(self, folder: Path, environment: Path) -> None:
        self.folder = folder
        self.index = folder / "index"
        self.index.mkdir()
        self.environment = folder / ".venv"
        shutil.copytree(environment, self.environment, symlinks=True)
        shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "requirements-dev.lock").write_text("what-tests-need==1.0 --hash=sha256:" + "0" * 64 + "\n")
        # An environment as an older lock has left it: its installation came to its end.
        (self.environment / ".installed-older").touch()

    def publish(self, name: str, version: str, *requires: str, extra: str = "", code: str = "") -> str:
        return publish(self.index, name, version, *requires, extra=extra, code=code)

    def install(self, *locked: str) -> subprocess.CompletedProcess[str]:
        """Do what `make run` does about libraries when its lock says this, with nobody's own settings for pip."""
        (self.folder / "requirements.lock").write_text("".join(locked))
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)}
        return subprocess.run(
            [self.folder / "scripts/environment", "requirements.lock"],
            env={**environ, **offline, "PIP_NO_CACHE_DIR": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def installed(self) -> dict[str, str]:
        """What the environment holds besides pip."""
        [libraries] = self.environment.glob("lib/python*/site-packages")
        found = (each.name.removesuffix(".dist-info").split("-") for each in libraries.glob("*.dist-info"))
        return {name: version for name, version in found if name != "pip"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment, to be copied: to make one takes longer than all that is tested here."""
    folder = tmp_path_factory.mktemp("environment") / "new"
    venv.create(folder, with_pip=True)
    return folder


@pytest.fixture
def checkout(tmp_path: Path, environment: Path) -> Checkout:
    return Checkout(tmp_path, environment)


def test_a_newer_release_of_a_locked_library_changes_nothing(checkout: Checkout) -> None:
    # As pytest-cov asks for coverage[toml]. A lock names no extras, so whoever resolves it anew may ask for the newest.
    lines = [
        checkout.publish("gauge", "1.0", 'cover[toml]>=1.0; python_version>="3.11"'),
        checkout.publish("cover", "1.0", 'reader>=1.0; extra == "toml"', extra="toml"),
        checkout.publish("reader", "1.0"),
    ]
    for name in ("gauge", "cover", "reader"):
        checkout.publish(name, "2.0", "something_new")

    done = checkout.install(*lines)

    assert done.returncode == 0, done.stderr
    assert checkout.installed() == {"gauge": "1.0", "cover": "1.0", "reader": "1.0"}


def test_what_is_published_as_source_is_built_with_the_locked_setuptools(checkout: Checkout, tmp_path: Path) -> None:
    publish(tmp_path, "gauge", "1.0")
    setuptools = checkout.publish(
        "setuptools",
        "90.0",
        code=f"""
import pathlib, shutil

class __legacy__:
    def build_wheel(folder, settings=None, metadata=None):
        return pathlib.Path(shutil.copy({str(tmp_path / "gauge-1.0-py3-none-any.whl")!r}, folder)).name
""",
    )
    checkout.publish("setuptools", "99.0", code="raise SystemExit('too new')")

    done = checkout.install(publish_source(checkout.index, "gauge", "1.0"), setuptools)

    assert done.returncode == 0, done.stderr
    assert checkout.installed() == {"gauge": "1.0", "setuptools": "90.0"}


def test_another_file_under_a_locked_version_is_refused(checkout: Checkout) -> None:
    line = checkout.publish("gauge", "1.0")
    checkout.publish("gauge", "1.0", "something_new")

    done = checkout.install(line)

    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert "gauge" not in checkout.installed()


def test_a_lock_that_lacks_what_a_library_needs_is_refused_in_words(checkout: Checkout) -> None:
    checkout.publish("cover", "1.0")

    done = checkout.install(checkout.publish("gauge", "1.0", "cover>=1.0"))

    assert done.returncode != 0
    assert "requirements.lock does not hold together" in done.stderr
    assert "gauge 1.0 requires cover, which is not installed" in done.stderr


def test_an_environment_follows_the_lock_forward_and_back(checkout: Checkout) -> None:
    older = [checkout.publish("gauge", "1.0", "cover<2"), checkout.publish("cover", "1.0")]
    newer = [checkout.publish("cover", "2.0")]

    for lines, expected in (
        (older, {"gauge": "1.0", "cover": "1.0"}),
        (newer, {"cover": "2.0"}),
        (older, {"gauge": "1.0", "cover": "1.0"}),
    ):
        done = checkout.install(*lines)
        assert done.returncode == 0, done.stderr
        assert checkout.installed() == expected

    # All is there now, so nothing is looked for: it does not matter that the index is gone.
    shutil.rmtree(checkout.index)
    again = checkout.install(*older)
    assert (again.returncode, again.stderr) == (0, "")


def test_an_installation_that_was_killed_begins_anew(checkout: Checkout) -> None:
    # It has left no stamp, and of the library its description alone: enough for pip to take it for installed.
    (checkout.environment / ".installed-older").unlink()
    [libraries] = checkout.environment.glob("lib/python*/site-packages")
    (libraries / "gauge-1.0.dist-info").mkdir()
    (libraries / "gauge-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: gauge\nVersion: 1.0\n")

    done = checkout.install(checkout.publish("gauge", "1.0"))

    assert done.returncode == 0, done.stderr
    [module] = checkout.environment.glob("lib/python*/site-packages/gauge/__init__.py")
    assert module.read_text() == 'version = "1.0"\n'
