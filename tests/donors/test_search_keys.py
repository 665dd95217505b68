"""Searching: what is typed finds what was written, whatever accents and capitals either has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.donors.search_keys import email_key, name_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Łucja  Okoń", "lucja okon"),
        ("Søren Ødegård", "soren odegard"),
        ("STRAßE", "strasse"),
        ("Zoe\N{COMBINING DIAERESIS}", "zoe"),
        ("Éamon Ó Súilleabháin", "eamon o suilleabhain"),
        ("山田 太郎", "山田 太郎"),
        ("   ", None),
        (None, None),
    ],
)
def test_a_name_is_found_without_its_accents_and_capitals(written, key):
    assert name_key(written) == key


@given(st.text(max_size=200))
def test_a_key_has_its_own_key_and_fits_its_column(text):
    key = name_key(text)
    assert key is None or (len(key) <= 120 and key == " ".join(key.split()))


def test_an_address_is_found_however_it_is_capitalised():
    assert email_key(" Lucja@Example.ORG ") == "lucja@example.org"
    assert email_key("") is None
