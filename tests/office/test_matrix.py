"""The matrix holds: for every route of the URL map, every role and every method, and nothing is left unlisted."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from app.office import access
from app.office.access import BRANCH_TREASURER, EVERYONE
from tests.office.matrix import HIDDEN, LEFT_OUT, MATRIX, OPEN, SAME, SIGNED_IN

HERE = Path(__file__).parent


def office_rules(app: Flask) -> list[Rule]:
    """Every rule of the URL map that lies inside the office."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/office") or rule.endpoint.startswith(("office.", "security."))
    ]


def methods_of(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def address(app: Flask, rule: Rule) -> str:
    """Its address, with names that nothing has."""
    values: dict[str, Any] = {
        name: 987654321 if isinstance(converter, IntegerConverter) else "no-such-thing"
        for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=sorted(methods_of(rule))[0])


def visit(client: FlaskClient, app: Flask, rule: Rule, method: str) -> Any:
    return client.open(address(app, rule), method=method)


def test_every_route_of_the_office_is_listed_and_every_listed_route_exists(app: Flask) -> None:
    assert {rule.endpoint for rule in office_rules(app)} == {*MATRIX, *OPEN, *SIGNED_IN}


def test_flask_security_has_no_page_outside_the_office(app: Flask) -> None:
    assert [rule.rule for rule in office_rules(app) if not rule.rule.startswith("/office/")] == []


def test_every_view_opens_itself_to_the_roles_of_the_matrix_and_to_nobody_else(app: Flask) -> None:
    said = {endpoint: access.allowed_by(app.view_functions[endpoint]) for endpoint in MATRIX}
    assert [endpoint for endpoint, allowed in said.items() if allowed is None] == []
    differing = {
        endpoint: allowed
        for endpoint, allowed in said.items()
        if allowed
        and (allowed.reads, allowed.changes, allowed.fresh)
        != (MATRIX[endpoint].reads, MATRIX[endpoint].changes, MATRIX[endpoint].fresh)
    }
    assert differing == {}


def test_who_may_change_something_has_a_method_to_do_it_with(app: Flask) -> None:
    methods: dict[str, set[str]] = {}
    for rule in office_rules(app):
        methods.setdefault(rule.endpoint, set()).update(methods_of(rule))
    for endpoint, line in MATRIX.items():
        assert ("GET" in methods[endpoint]) == bool(line.reads), endpoint
        assert bool(methods[endpoint] - {"GET"}) == bool(line.changes), endpoint
    assert {endpoint: frozenset(methods[endpoint]) for endpoint in {**OPEN, **SIGNED_IN}} == {
        endpoint: allowed for endpoint, (allowed, _what) in {**OPEN, **SIGNED_IN}.items()
    }


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_role_gets_through_where_it_may_and_nowhere_else(app: Flask, signed_in: Any, role: str) -> None:
    client = signed_in(role, branch_id=1 if role == BRANCH_TREASURER else None)
    wrong = []
    for rule in office_rules(app):
        # Whoever ends their sessions is not let in any more: tests/office/people/test_my_account.py.
        if rule.endpoint not in MATRIX or rule.endpoint == "office.me.end_sessions":
            continue
        line = MATRIX[rule.endpoint]
        for method in sorted(methods_of(rule)):
            answer = visit(client, app, rule, method)
            may = role in (line.reads if method == "GET" else line.changes)
            let_in = answer.status_code != 403 and "/office/sign-in" not in answer.headers.get("Location", "")
            if may != let_in or answer.status_code >= 500:
                wrong.append(f"{role} {method} {rule.rule}: {answer.status_code}, expected {'in' if may else '403'}")
            if answer.headers.get("Cache-Control") != "no-store":
                wrong.append(f"{method} {rule.rule}: may be cached")
    assert wrong == []


def test_nobody_gets_in_without_signing_in(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule in office_rules(app):
        if rule.endpoint in OPEN:
            continue
        for method in sorted(methods_of(rule)):
            answer = visit(client, app, rule, method)
            if answer.status_code not in (302, 303) or "/office/sign-in" not in answer.headers["Location"]:
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


def test_nothing_is_changed_without_the_csrf_token(app: Flask, signed_in: Any) -> None:
    client = signed_in(*EVERYONE)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    wrong = [
        f"{method} {rule.rule}: {answer.status_code}"
        for rule in office_rules(app)
        for method in sorted(methods_of(rule) - {"GET"})
        if (answer := visit(client, app, rule, method)).status_code != 400
    ]
    assert wrong == []


def test_what_asks_for_a_fresh_sign_in_refuses_an_old_one(app: Flask, signed_in: Any) -> None:
    client = signed_in(*EVERYONE)
    with client.session_transaction() as session:
        session["fs_paa"] -= 3600
    wrong = []
    for rule in office_rules(app):
        line = MATRIX.get(rule.endpoint)
        if line is None or not line.fresh:
            continue
        for method in sorted(methods_of(rule)):
            answer = visit(client, app, rule, method)
            if answer.status_code != 303 or "/office/sign-in/again" not in answer.headers["Location"]:
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    # A form belongs to whoever may send it: the auditor reads what there is, not the empty form of a new one.
    changing = [endpoint for endpoint, line in MATRIX.items() if access.AUDITOR in line.changes]
    # Their own sessions, and files of what they may read.
    files = ("office.exports.take", "office.donations.take_out", "office.donors.take_out")
    assert [each for each in changing if not each.startswith(("office.me.", *files))] == []


def test_what_a_branch_treasurer_gets_of_another_branch_is_said_and_shown() -> None:
    for endpoint, line in MATRIX.items():
        if BRANCH_TREASURER not in line.reads | line.changes:
            assert line.another is None, endpoint
            continue
        assert line.another in (SAME, LEFT_OUT, HIDDEN), f"{endpoint}: say what another branch's treasurer gets"
        if line.another != SAME:
            file, _, name = (line.held_by or "::").partition("::")
            found = [each for each in HERE.rglob("test_*.py") if each.name == file]
            assert len(found) == 1, f"{endpoint}: name the test that shows it in held_by"
            assert re.search(rf"^def {re.escape(name)}\(", found[0].read_text(), re.MULTILINE), endpoint


def test_the_matrix_names_roles_that_exist() -> None:
    assert {role for line in MATRIX.values() for role in line.reads | line.changes} <= EVERYONE


def test_a_view_that_says_nothing_is_shut(app: Flask, signed_in: Any) -> None:
    client = signed_in(*EVERYONE)
    app.view_functions["office.me.show"] = lambda: "open"
    assert client.get("/office/me/").status_code == 403
