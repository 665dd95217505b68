"""What something is about is written and read in one place, `app/subject.py`, and never put together by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from app.database import Base
from app.subject import Kind, SubjectText

HOME = "app/subject.py"

# What begins like a subject and is the source of an entry.
SOURCES = {"stripe"}

# Tables whose `subject` is the name of a table, or of a kind of attempt.
OTHER_SUBJECTS = {"attempts", "erasures", "seals", "sealed_through"}

# Modules that take a text apart at a colon which is no subject's.
OTHER_COLONS = {
    "app/bank/formats/ofx_markup.py": "a tag with the prefix of its name space",
    "app/cli/books.py": "the head of the seals, SEQ:HASH",
    "app/ledger/exports/plain_text.py": "the code of an account",
    "app/office/bank/subjects.py": "the source of an entry",
    "app/public/page_identity.py": "a mark of a page of a list",
}


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((root / "app").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name != HOME:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts of a module that it works with: all but what documents it."""
    documenting = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documenting:
            yield node


def test_subjects_are_made_in_one_place(root: Path) -> None:
    kinds = "|".join(sorted(set(get_args(Kind)) - SOURCES))
    by_hand = re.compile(rf"(^|['|])({kinds}):")
    assert [
        f"{name}:{text.lineno}: {text.value}"
        for name, tree in modules(root)
        for text in texts(tree)
        if by_hand.search(text.value)
    ] == [], 'write Subject("donation", reference); in a question to the database, Subject.of'


def test_subjects_are_taken_apart_in_one_place(root: Path) -> None:
    apart = {
        name
        for name, tree in modules(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"split", "rsplit", "partition", "rpartition"}
        and [each.value for each in node.args if isinstance(each, ast.Constant)] == [":"]
    }
    assert apart - set(OTHER_COLONS) == set(), "read it with Subject.parse"
    assert set(OTHER_COLONS) <= apart, "OTHER_COLONS names a module that takes nothing apart any more"


def test_a_column_of_subjects_reads_as_subjects() -> None:
    texts = {
        table.name
        for table in Base.metadata.tables.values()
        if "subject" in table.c and not isinstance(table.c.subject.type, SubjectText)
    }
    assert texts == OTHER_SUBJECTS, "declare it Mapped[Subject]"
