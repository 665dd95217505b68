"""Who may do what: roles, methods, and the one branch that a branch treasurer may see."""

import pytest
from flask import Flask
from flask_login import login_user

from app.office import access
from app.office.access import ADMIN, AUDITOR, BRANCH_TREASURER, EDITOR, TREASURER, Allowed
from tests.office.conftest import a_person


@pytest.mark.parametrize(
    ("held", "method", "let_in"),
    [
        ({AUDITOR}, "GET", True),
        ({AUDITOR}, "HEAD", True),
        ({AUDITOR}, "POST", False),
        ({TREASURER}, "POST", True),
        ({TREASURER}, "DELETE", True),
        ({EDITOR}, "GET", False),
        ({EDITOR, TREASURER}, "GET", True),
        (set(), "GET", False),
    ],
)
def test_looking_and_changing_need_different_roles(held: set[str], method: str, let_in: bool) -> None:
    assert Allowed(frozenset({TREASURER, AUDITOR}), frozenset({TREASURER})).lets(held, method) is let_in


def test_a_view_is_shut_until_it_opens_itself() -> None:
    assert access.allowed_by(lambda: "open") is None


@pytest.mark.parametrize(
    ("roles", "branch_id", "seen"),
    [
        ([BRANCH_TREASURER], 7, 7),
        ([BRANCH_TREASURER, EDITOR], 7, 7),
        ([BRANCH_TREASURER], None, 0),
        ([BRANCH_TREASURER, TREASURER], 7, None),
        ([BRANCH_TREASURER, AUDITOR], 7, None),
        ([TREASURER], None, None),
        ([ADMIN], None, None),
    ],
)
def test_a_branch_treasurer_sees_one_branch_and_the_others_all(
    app: Flask, roles: list[str], branch_id: int | None, seen: int | None
) -> None:
    person = a_person(*roles, branch_id=branch_id)
    with app.test_request_context():
        login_user(person)
        assert access.my_branch_id() == seen


def test_outside_the_office_nobody_is_anybody(app: Flask) -> None:
    with app.test_request_context():
        assert access.somebody() is None
