"""A page of a long list goes on behind the row that was shown last, in both directions, whatever comes in meanwhile."""

import pytest
from sqlalchemy import literal_column, select

from app.database import db, writing
from app.donors.donor import Donor
from app.paging import Order, Page, page

pytestmark = pytest.mark.both_databases

BY_NAME = Order(Donor.name_key, Donor.id, down=False)
NEWEST_FIRST = Order(Donor.id)
NAMELESS_LAST = Order(Donor.name_key, Donor.id, down=False, may_lack=True)
NAMELESS_LAST_FROM_Z = Order(Donor.name_key, Donor.id, may_lack=True)


@pytest.fixture(autouse=True)
def donors(app):
    """Five donors, two of whom have one name."""
    add("e", "a", "c", "b", "c", number=1)


def add(*names, number):
    with writing():
        db.session.add_all(Donor(name=name, reference=f"{name}{n}") for n, name in enumerate(names, number))


def shown(order, **place):
    """The references on a page of two, and how the pages on both sides are asked for."""
    found = page(select(Donor), order, Donor.reference, most=2, **place)
    return [each.reference for each in found.rows], found.newer, found.older


def test_pages_follow_one_another_and_equal_names_are_all_shown():
    assert shown(BY_NAME) == (["a2", "b4"], None, "b4")
    assert shown(BY_NAME, older="b4") == (["c3", "c5"], "c3", "c5")
    assert shown(BY_NAME, older="c5") == (["e1"], "e1", None)


def test_the_way_back_shows_the_same_pages_in_the_same_order():
    assert shown(BY_NAME, newer="e1") == (["c3", "c5"], "c3", "c5")
    assert shown(BY_NAME, newer="c3") == (["a2", "b4"], None, "b4")


def test_a_list_may_run_from_the_newest_to_the_oldest():
    assert shown(NEWEST_FIRST) == (["c5", "b4"], None, "b4")
    assert shown(NEWEST_FIRST, older="b4") == (["c3", "a2"], "c3", "a2")
    assert shown(NEWEST_FIRST, newer="e1") == (["c3", "a2"], "c3", "a2")


def test_what_comes_in_meanwhile_moves_no_page():
    add("d", "z", number=6)
    assert shown(NEWEST_FIRST, older="b4") == (["c3", "a2"], "c3", "a2")


def test_a_list_begins_anew_at_a_row_that_does_not_exist():
    assert shown(BY_NAME, older="nobody") == shown(BY_NAME, newer="nobody") == shown(BY_NAME)


def test_behind_the_last_row_there_is_nothing():
    assert shown(BY_NAME, older="e1") == ([], None, None)
    assert page(select(Donor).where(Donor.name == "nobody"), BY_NAME, Donor.reference) == Page([])


def test_a_page_may_hold_more_than_one_column():
    rows = select(Donor, literal_column("1"))
    found = page(rows, BY_NAME, Donor.reference, older="b4", most=1)
    assert [(donor.reference, one) for donor, one in found.rows] == [("c3", 1)]
    assert (found.newer, found.older) == ("c3", "c3")


def test_rows_without_a_name_come_last_in_both_directions_and_are_all_shown():
    with writing():
        db.session.add_all(Donor(reference=f"nobody{n}") for n in (6, 7, 8))
    assert shown(NAMELESS_LAST, older="c5") == (["e1", "nobody6"], "e1", "nobody6")
    assert shown(NAMELESS_LAST, older="nobody6") == (["nobody7", "nobody8"], "nobody7", None)
    assert shown(NAMELESS_LAST, newer="nobody7") == (["e1", "nobody6"], "e1", "nobody6")
    assert shown(NAMELESS_LAST, newer="e1") == (["c3", "c5"], "c3", "c5")
    assert shown(NAMELESS_LAST_FROM_Z) == (["e1", "c5"], None, "c5")
    assert shown(NAMELESS_LAST_FROM_Z, older="b4") == (["a2", "nobody8"], "a2", "nobody8")
    assert shown(NAMELESS_LAST_FROM_Z, newer="nobody7") == (["a2", "nobody8"], "a2", "nobody8")
    assert shown(NAMELESS_LAST_FROM_Z, older="nobody8") == (["nobody7", "nobody6"], "nobody7", None)
