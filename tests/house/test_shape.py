"""How the code is divided: a module a subject, empty packages' files, and one place where things are committed."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

LINES = 350

# A module may be longer for a reason that is written here.
LONGER: dict[str, str] = {}

# Long lists of words, as banks write them: one to a line they would run over hundreds of lines.
LAID_OUT_BY_HAND = {"app/bank/formats/csv_columns.py", "app/bank/formats/csv_states.py"}

INTERFACES = {"public", "office", "webhooks", "live", "worker", "cli"}
FLAT = 22
VAGUE = {"utils", "util", "helpers", "helper", "common", "service", "manager", "misc", "base"}


def modules(root: Path) -> Iterator[tuple[str, str]]:
    """Every module of app/: its path from the checkout, and its source."""
    for path in sorted((root / "app").rglob("*.py")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def test_a_module_can_be_read_at_a_sitting(root: Path) -> None:
    long = {name: lines for name, text in modules(root) if (lines := len(text.splitlines())) > LINES}
    assert {name: lines for name, lines in long.items() if name not in LONGER} == {}, (
        f"over {LINES} lines: cut by what happens in it, or write the reason down in LONGER"
    )
    assert set(LONGER) <= set(long), "LONGER names a module that has become short enough"


def test_the_formatter_lays_out_all_code_but_long_lists_of_words(root: Path) -> None:
    by_hand = {
        path.relative_to(root).as_posix()
        for top in ("app", "practice")
        for path in (root / top).rglob("*.py")
        if "# fmt:" in path.read_text(encoding="utf-8")
    }
    assert by_hand == LAID_OUT_BY_HAND, "let ruff format lay it out"


def test_no_flat_folder_holds_too_many_files(root: Path) -> None:
    folders = Counter(
        path.parent.relative_to(root).as_posix()
        for top in ("app", "practice", "templates")
        for path in (root / top).rglob("*.*")
        if path.is_file() and path.suffix != ".pyc"
    )
    assert {name: files for name, files in folders.items() if files > FLAT} == {}, "which subjects are in there?"


def test_a_module_is_named_for_what_happens_in_it(root: Path) -> None:
    assert [name for name, _ in modules(root) if Path(name).stem in VAGUE] == []


def test_a_class_name_stands_once(root: Path) -> None:
    """Who reads `Page` or `Found` in one module has not to ask which of four it is."""
    named = Counter(
        node.name
        for _, text in modules(root)
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name: times for name, times in named.items() if times > 1} == {}


def test_a_package_opens_with_one_docstring_and_nothing_else(root: Path) -> None:
    for name, text in modules(root):
        # The package's own file also gives create_app, which is how `flask` finds it.
        if not name.endswith("__init__.py") or name == "app/__init__.py":
            continue
        body = ast.parse(text).body
        assert len(body) == 1, f"{name} holds more than its docstring"
        assert ast.get_docstring(ast.parse(text)), f"{name} does not say what the package is for"


def test_only_a_writing_unit_commits(root: Path) -> None:
    committing = [
        f"{name}:{node.lineno}"
        for name, text in modules(root)
        if name != "app/database.py"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert committing == [], "commit with `with writing():`, in an interface"


def test_only_interfaces_write(root: Path) -> None:
    for name, text in modules(root):
        imported = {
            alias.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and node.module == "app.database"
            for alias in node.names
        }
        parts = name.split("/")
        if "writing" in imported:
            assert parts[1] in INTERFACES, f"{name} opens a writing unit, but only interfaces decide when to commit"


@pytest.mark.parametrize("call", ["datetime.now", "datetime.utcnow", "date.today", "time.time"])
def test_only_the_clock_knows_the_time(root: Path, call: str) -> None:
    owner, method = call.split(".")
    asking = [
        f"{name}:{node.lineno}"
        for name, text in modules(root)
        if name != "app/clock.py"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == owner
    ]
    assert asking == [], "ask app.clock"


def test_what_is_chosen_at_the_start_is_reached_in_one_way(root: Path) -> None:
    # Flask's own extensions keep their places under their own names; ours are at `services()`.
    named = {"security", "migrate"}
    reached = [
        f"{name}:{node.lineno}"
        for name, text in modules(root)
        if name not in ("app/services.py", "app/public/page_cache.py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "extensions"
        and not (isinstance(node.slice, ast.Constant) and node.slice.value in named)
    ]
    assert reached == [], "ask app.services"


def test_pages_say_what_became_of_a_request_in_one_way(root: Path) -> None:
    flashing = [
        f"{name}:{node.lineno}"
        for name, text in modules(root)
        if name != "app/web/notices.py"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and "flash" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]
    assert flashing == [], "say it with app.web.notices"


def test_pages_ask_the_packages_and_not_the_tables(root: Path) -> None:
    """A query lies beside what it answers, where all pages, the worker and the commands find it."""
    # It names what a page shows in one statement, past the Session (docs/decisions/0013).
    past_the_session = "app/public/page_identity.py"
    asking = [
        f"{name}:{node.lineno}"
        for name, text in modules(root)
        if name.startswith(("app/office/", "app/public/")) and name != past_the_session
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == "select")
            or ast.unparse(node.func) in {f"db.session.{how}" for how in ("scalar", "scalars", "execute")}
        )
    ]
    assert asking == [], "ask a function of the package whose rows these are"


def test_forms_read_and_never_write(root: Path) -> None:
    """A form says what was typed and whether it can be taken; the view around it decides what is written."""
    writing = {"writing", "record", "add", "flush", "commit", "enter"}
    found = [
        f"{name}:{node.lineno} {form.name}"
        for name, text in modules(root)
        if name.split("/")[1] in INTERFACES
        for form in ast.walk(ast.parse(text))
        if isinstance(form, ast.ClassDef) and any("Form" in ast.unparse(base) for base in form.bases)
        for node in ast.walk(form)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") in writing or ast.unparse(node.func).startswith("db.session.flush"))
    ]
    assert found == [], "open the writing unit in the view"
