"""The audit page: readable, narrowed by the address, paged; taken out as CSV in which no cell is a formula."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.audit import trail
from app.database import db, writing
from tests.office.conftest import a_person, sign_in
from tests.office.walking import read


def record(action: str, subject: str, by: str = "operator", **said: Any) -> None:
    trail.begin(trail.Actor(by, "203.0.113.7"))
    with writing():
        trail.record(action, subject, **said)
    trail.end()


def test_a_record_is_read_in_plain_words(app: Flask, signed_in: Any) -> None:
    mina = a_person("editor", name="Mina Harker")
    record(
        "person.roles_changed", f"person:{mina.reference}", before={"roles": ["editor"]}, after={"roles": ["auditor"]}
    )
    row = read(signed_in("auditor").get("/office/audit/")).table.tbody.tr.get_text(" ", strip=True)
    for words in ("The operator", "Changed roles", "Mina Harker", "203.0.113.7", "roles: editor", "roles: auditor"):
        assert words in row


def test_a_refused_page_is_on_the_trail(app: Flask, signed_in: Any) -> None:
    assert signed_in("editor").get("/office/people/").status_code == 403
    rows = read(signed_in("admin").get("/office/audit/?action=access.refused")).table.tbody.find_all("tr")
    assert len(rows) == 1
    assert "page:office.people.index" in rows[0].get_text()


def test_filters_stand_in_the_address_and_pages_keep_them(app: Flask, signed_in: Any) -> None:
    for number in range(60):
        record("audit.exported", f"audit:{number}")
    record("person.invited", "person:nobody")
    client = signed_in("admin")
    first = read(client.get("/office/audit/?action=audit.exported"))
    assert len(first.table.tbody.find_all("tr")) == 50
    older = first.find("a", rel="next")["href"]
    second = read(client.get(older))
    rows = second.table.tbody.find_all("tr")
    assert len(rows) == 10
    assert second.find("a", rel="prev")["href"] == "/office/audit/?action=audit.exported"
    assert "Invited" not in second.table.get_text()


@pytest.mark.parametrize("query", ["by=nobody", "since=2001-01-01&until=2001-01-31", "subject=donation:none"])
def test_an_empty_page_says_so(app: Flask, signed_in: Any, query: str) -> None:
    record("audit.exported", "audit:trail")
    page = signed_in("admin").get(f"/office/audit/?{query}")
    assert page.status_code == 200
    assert "Nothing found" in page.text


def test_a_day_that_is_none_is_refused_in_words(app: Flask, signed_in: Any) -> None:
    page = signed_in("admin").get("/office/audit/?since=yesterday")
    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_a_full_page_takes_as_many_queries_as_an_almost_empty_one(app: Flask, signed_in: Any) -> None:
    client = signed_in("admin")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *values: asked.append(values[2]))

    def queries() -> int:
        asked.clear()
        assert client.get("/office/audit/").status_code == 200
        return len(asked)

    record("person.invited", f"person:{a_person('editor').reference}")
    few = queries()
    for _number in range(70):
        record("person.invited", f"person:{a_person('editor').reference}")
    assert queries() == few


def test_the_trail_is_taken_out_whole_without_formulas_and_that_is_noted(app: Flask) -> None:
    admin = a_person("admin", name="=1+1")
    for number in range(3):
        record("person.invited", f"person:{number}", by=f"person:{admin.reference}", after={"name": '=HYPERLINK("x")'})
    client = sign_in(app, admin)
    answer = client.get("/office/audit/trail.csv?action=person.invited")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["about"] for row in rows] == ["person:2", "person:1", "person:0"]
    assert {row["who"] for row in rows} == {"'=1+1"}
    assert all(cell[:1] not in "=+-@" for row in rows for cell in row.values() if cell)
    assert len(rows[0]["details_sha256"]) == 64
    everything = client.get("/office/audit/trail.csv").text
    assert "audit.exported" in everything
