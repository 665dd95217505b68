"""Imports point down: the contracts stand in pyproject.toml, and each of them is seen to bite."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def lint_imports(folder: Path) -> tuple[int, str]:
    """Check the contracts of `folder`; the exit status and everything it said."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    return done.returncode, done.stdout + done.stderr


def test_every_contract_is_kept(root: Path) -> None:
    status, said = lint_imports(root)
    assert status == 0, said


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("app/ledger/posting.py", "import app.donations.checkout", "Imports point down"),
        ("app/payments/inbox.py", "import app.appeals.raised", "Imports point down"),
        ("app/donations/donation.py", "import app.offline.gifts", "Imports point down"),
        ("app/webhooks/stripe.py", "import app.public.blueprint", "Imports point down"),
        ("app/money.py", "import app.ledger.posting", "Imports point down"),
        ("app/services.py", "import app.payments.gateway", "Imports point down"),
        ("app/assistants.py", "", "Imports point down"),
        ("app/cli/work.py", "import app.public.blueprint", "Of the other interfaces"),
        ("app/factory.py", "import practice.application", "Nothing in app imports the practice Stripe"),
        ("practice/application.py", "import app.payments.gateway", "knows money, the clock and settings alone"),
        ("app/donations/checkout.py", "import flask", "know neither Flask nor forms"),
        ("app/public/blueprint.py", "import stripe", "Only payments speaks to Stripe"),
        ("app/worker/duties.py", "import weasyprint", "Only receipts draw PDFs"),
        ("app/donations/checkout.py", "import smtplib", "Only emails sends mail"),
        ("app/staff/people.py", "import flask_login", "know how one signs in"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, root: Path, file: str, line: str, broken: str) -> None:
    for package in ("app", "practice"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(root / "pyproject.toml", tmp_path / "pyproject.toml")
    with (tmp_path / file).open("a") as source:
        source.write(f"\n{line}\n")
    status, said = lint_imports(tmp_path)
    assert status == 1, said
    assert any(broken in said_line and "BROKEN" in said_line for said_line in said.splitlines()) or (
        # A package that stands on no layer is an error of the contract itself.
        file == "app/assistants.py" and "assistants" in said
    ), said
