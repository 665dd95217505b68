"""The journal's page: newest first, by account, time and method, a page at a time, and only what one may see."""

import pytest
from sqlalchemy import event

from app.database import db, writing
from tests.ledger.entering import enter, held_by_stripe, income
from tests.office.books.books import books, entry, other_branch, page, rows, words


def lines(found):
    """The last table's rows without its head."""
    tables = found.find_all("table")
    return rows(tables[-1])[1:] if tables else []


def numbers(found):
    return [line[1] for line in lines(found)]


def test_it_shows_the_newest_line_first_with_where_it_came_from_and_went(app, signed_in):
    books()
    found = lines(page(signed_in("auditor").get("/office/journal/")))
    assert found == [
        [
            "2 Apr 2026", str(entry("test:branch")), "cash counted",
            "Keep the press turning (Ambleford)", "Cash counted, not yet at the bank", "£7.00",
        ],
        ["12 Mar 2026", str(entry("test:own")), "card gift received", "Keep the press turning", "Held by Stripe",
         "£25.00"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "sources"),
    [
        ("from=2026-04-01", ["test:branch"]),
        ("to=2026-03-31", ["test:own"]),
        ("account=assets:stripe:gbp", ["test:own"]),
        ("method=cash", ["test:branch"]),
        ("method=card&to=2026-03-12", ["test:own"]),
        ("account=assets:stripe:gbp&from=2026-04-01", []),
        ("older=nonsense", ["test:branch", "test:own"]),
    ],
)
def test_it_can_be_asked_for_some_lines(app, signed_in, asked, sources):
    books()
    found = page(signed_in("treasurer").get(f"/office/journal/?{asked}"))
    assert numbers(found) == [str(entry(source)) for source in sources]


def test_an_account_that_does_not_exist_has_no_lines_to_show(app, signed_in):
    assert page(signed_in("treasurer").get("/office/journal/?account=assets:nowhere:gbp"), 404)


@pytest.mark.parametrize("asked", ["", "?account=assets:stripe:gbp"])
def test_a_long_journal_is_read_a_page_at_a_time_both_ways(app, signed_in, asked):
    with writing():
        ends = income(), held_by_stripe()
        for number in range(120):
            enter(f"test:{number}", [(*ends, 100)])
    client = signed_in("treasurer")
    seen, address = [], f"/office/journal/{asked}"
    pages = []
    while address:
        pages.append(address)
        found = page(client.get(address))
        seen += numbers(found)
        older = found.select_one("a[rel=next]")
        address = older["href"] if older else None
    assert [int(each) for each in seen] == list(range(120, 0, -1))
    assert len(pages) == 3
    newer = page(client.get(pages[2])).select_one("a[rel=prev]")["href"]
    assert numbers(page(client.get(newer))) == seen[50:100]


def test_a_page_asks_the_database_as_often_for_many_lines_as_for_few(app, signed_in):
    client = signed_in("treasurer")
    counts = []
    for start, end in ((0, 5), (5, 200)):
        with writing():
            ends = income(), held_by_stripe()
            for number in range(start, end):
                enter(f"test:{number}", [(*ends, 100)])
        asked = []
        event.listen(db.engine, "before_cursor_execute", lambda *args, asked=asked: asked.append(args[2]))
        client.get("/office/journal/?account=assets:stripe:gbp")
        counts.append(len(asked))
    # The first listener goes on counting into its own list.
    assert counts[0] == counts[1]


def test_a_branch_treasurer_sees_the_own_branch_and_no_other(app, signed_in):
    own = books()
    found = page(signed_in("branch_treasurer", branch_id=own).get("/office/journal/"))
    assert numbers(found) == [str(entry("test:branch"))]
    assert words(found.select_one("tr.sum td:last-child")) == "£7.00"
    client = signed_in("branch_treasurer", branch_id=other_branch())
    assert numbers(page(client.get("/office/journal/"))) == []
    assert page(client.get("/office/journal/?account=assets:stripe:gbp"), 404)
