"""Cells: no text becomes a formula, and amounts stay numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.exports.tables import amount, guarded, plain_line


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_what_would_begin_a_formula_gets_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "1-1", "'=1+1", " =1", "Łucja = Okoń"])
def test_other_text_stays_as_it_is(text):
    assert guarded(text) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from(["gbp", "jpy", "kwd"]))
def test_an_amount_is_a_plain_number_of_its_exact_worth(minor, currency):
    written = amount(minor, currency)
    assert Decimal(written) == Decimal(minor).scaleb(-{"gbp": 2, "jpy": 0, "kwd": 3}[currency])
    assert set(written) <= set("-0123456789.")


@given(st.text(max_size=80))
def test_a_plain_line_has_no_commas_quotes_or_breaks_and_begins_no_formula(text):
    line = plain_line(text, 30)
    assert len(line) <= 30
    assert not set(line) & set(',"\r\n\t')
    assert guarded(line) == line


def test_an_apostrophe_is_a_part_of_a_name():
    assert plain_line('Conor O\'Brien, "the printer"', 30) == "Conor O'Brien the printer"
    assert guarded("O'Brien") == "O'Brien"
