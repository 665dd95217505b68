"""What may stand in any file."""

import re
from pathlib import Path

import pytest

# Written apart, so that this file may stand here as well.
FORBIDDEN = {
    "the host of a package registry": re.compile(r"\b(pypi|pythonhosted|npmjs|debian|ubuntu)" + r"\.(org|com)\b"),
    "a path of somebody's machine": re.compile(r"(?<![\w.])/(work|root|home/\w+)" + r"/"),
    "a secret of a real Stripe account": re.compile(r"\b[sr]k_" + r"live_\w{8,}"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str, kept_files: list[Path], root: Path) -> None:
    found = []
    for path in kept_files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(root)}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
            for hit in FORBIDDEN[what].finditer(text)
        ]
    assert found == []
