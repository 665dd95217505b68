"""Every page of the office as it is rendered: each id once, and whatever complains says so in its title."""

from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.office.access import EVERYONE
from tests.office.conftest import a_person, sign_in
from tests.office.furnished import addresses, furnish
from tests.office.matrix import MATRIX

# What no link leads to: files, and pages that only a redirect or a form leads to.
NOT_LINKED = {"office.audit.take_out", "office.unsent.show", "office.start.index", "office.bank.line"}


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
        if more := [name for name, times in Counter(each["id"] for each in page.select("[id]")).items() if times > 1]:
            twice[address] = more
    assert twice == {}
