"""The statement as a page: the same as the command prints, for the day that is asked for."""

from datetime import timedelta

from app import clock
from app.ledger import seals
from tests.ledger.entering import a_gift
from tests.office.books.books import page, words


def test_a_day_is_shown_with_what_it_brought_and_the_head_of_the_chain(app, signed_in):
    a_gift(occurred_at=clock.now() - timedelta(days=1))
    found = page(signed_in("auditor").get("/office/statement/"))
    assert "Gifts 1 Received £25.00" in words(found.select_one("dl"))
    seq, digest = seals.head()
    assert found.select_one("code").text == f"{seq}:{digest}"


def test_another_day_can_be_asked_for_and_none_that_is_still_to_come(app, signed_in):
    client, tomorrow = signed_in("treasurer"), clock.today() + timedelta(days=1)
    found = page(client.get("/office/statement/?day=2020-02-29"))
    assert "Statement of 29 February 2020" in words(found.h1)
    assert "No money moved on this day." in found.text
    assert [each["href"][-10:] for each in found.select(".pager a")] == ["2020-02-28", "2020-03-01"]
    coming = page(client.get(f"/office/statement/?day={tomorrow}"))
    assert coming.select_one("input[type=date]")["value"] == clock.today().isoformat()
    assert len(coming.select(".pager a")) == 1
