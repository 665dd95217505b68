"""Every page of the office as it is rendered: each id once, and whatever complains says so in its title."""

from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from app.office.access import EVERYONE
from tests.office.conftest import a_person, sign_in
from tests.office.furnished import addresses, furnish
from tests.office.matrix import MATRIX

# Files, what only a redirect or a form leads to, and a page that needs a movement nobody can explain.
NOT_LINKED = {
    "office.audit.take_out",
    "office.bank.line",
    "office.exceptions.movement",
    "office.exports.totals",
    "office.start.index",
    "office.unsent.show",
}


@pytest.fixture
def office(app: Flask) -> tuple[Any, dict[str, list[str]]]:
    """A furnished office, and somebody who may see all of it."""
    client = sign_in(app, a_person(*EVERYONE))
    return client, addresses(app, client, furnish(app, client))


def test_every_page_can_be_reached_and_has_each_id_once(office: tuple[Any, dict[str, list[str]]]) -> None:
    client, found = office
    pages = {endpoint for endpoint, line in MATRIX.items() if line.reads}
    assert pages - NOT_LINKED - set(found) == set()
    twice = {}
    for address in [each for every in found.values() for each in every]:
        page = BeautifulSoup(client.get(address).data, "html5lib")
        if more := more_than_once(page):
            twice[address] = more
        assert not page.title.text.startswith("Error:"), address
    assert twice == {}


def more_than_once(page: BeautifulSoup) -> list[str]:
    return [name for name, times in Counter(each["id"] for each in page.select("[id]")).items() if times > 1]


def emptied(form: Tag) -> dict[str, str]:
    """What a form sends when nothing is typed into it, and where nothing can be typed, what it holds."""
    hidden = form.select("input[type=hidden]")
    typed = form.select("input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea")
    return {each["name"]: each.get("value", "") for each in hidden if each.get("name")} | {
        each["name"]: "" for each in typed if each.get("name")
    }


def test_a_form_that_complains_says_so_in_the_title_and_beside_its_field(
    office: tuple[Any, dict[str, list[str]]],
) -> None:
    client, found = office
    silent, refused = {}, set[str]()
    for every in found.values():
        page = BeautifulSoup(client.get(every[0]).data, "html5lib")
        for form in page.main.select("form[method=post]"):
            if not form.select("input:not([type=hidden], [type=checkbox], [type=radio]), textarea"):
                continue
            address = form.get("action") or every[0]
            answer = client.post(address, data=emptied(form))
            if answer.status_code not in (409, 422):
                continue
            refused.add(address)
            shown = BeautifulSoup(answer.data, "html5lib")
            if not (shown.title.text.startswith("Error: ") and shown.select_one(".error-summary")) or (
                more_than_once(shown)
            ):
                silent[address] = (shown.title.text, more_than_once(shown))
    assert silent == {}
    assert len(refused) > 15
