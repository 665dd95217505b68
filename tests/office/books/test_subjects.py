"""Subjects lead to pages that are there."""

import pytest
from flask import Flask

from app.office.books import entries


@pytest.mark.parametrize(("endpoint", "name"), entries._PAGES.values())
def test_every_subject_leads_to_a_page_of_the_office(app: Flask, endpoint: str, name: str) -> None:
    (rule,) = (each for each in app.url_map.iter_rules() if each.endpoint == endpoint)
    assert rule.arguments == {name}
