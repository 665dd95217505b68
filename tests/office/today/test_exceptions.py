"""Exceptions as a page: each kind is called by words and says what to do about it."""

import ast
from pathlib import Path

import pytest

from app.database import writing
from app.office.today import exception_words
from tests.ledger.entering import an_unclaimed_charge
from tests.office.books.books import page, rows

RECONCILIATION = Path(exception_words.__file__).parents[2] / "reconciliation"


def kinds():
    """Every kind of exception that the reconciliation names."""
    for file in RECONCILIATION.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BookException":
                yield node.args[0].value


@pytest.mark.usefixtures("app")
def test_every_kind_of_exception_has_a_name_and_an_advice():
    assert set(kinds()) == set(exception_words.WORDS)


def test_an_exception_is_listed_under_what_to_do_about_it(app, signed_in):
    with writing():
        an_unclaimed_charge(4000)
    found = page(signed_in("auditor").get("/office/exceptions/"))
    heading = found.find("h2", string="Card payments without a gift")
    assert "Follow the link to the charge" in heading.find_next("p").text
    assert rows(heading.find_next("table"))[1][0] == "ch_1"


def test_without_any_the_page_says_so(app, signed_in):
    assert "Nothing needs attention" in page(signed_in("treasurer").get("/office/exceptions/")).text
