"""Reports on income: by appeal, branch and month, and by method; every figure is explained by its lines."""

import pytest

from tests.office.books.books import books, other_branch, page, rows, words

YEAR = "from=2026-01-01&to=2026-12-31"


def test_income_is_told_by_appeal_branch_and_month(app, signed_in):
    books()
    by_appeal, by_month = page(signed_in("auditor").get(f"/office/income/?{YEAR}")).find_all("table")
    assert rows(by_appeal)[1:] == [
        ["Keep the press turning", "–", "£25.00"],
        ["Keep the press turning", "Ambleford", "£7.00"],
        ["Total", "£32.00"],
    ]
    assert rows(by_month)[1:] == [["April 2026", "£7.00"], ["March 2026", "£25.00"]]


def test_income_is_told_by_method(app, signed_in):
    books()
    found = rows(page(signed_in("treasurer").get(f"/office/income/methods?{YEAR}")).table)
    assert found[1:] == [["Card", "£25.00"], ["Cash", "£7.00"], ["Total", "£32.00"]]


@pytest.mark.parametrize("report", ["", "methods"])
def test_each_figure_leads_to_lines_that_come_to_it(app, signed_in, report):
    books()
    client = signed_in("treasurer")
    for cell in page(client.get(f"/office/income/{report}?{YEAR}")).select("td.figure a[href*=journal]"):
        together = words(page(client.get(cell["href"])).select_one("tr.sum td:last-child"))
        assert together == words(cell)


@pytest.mark.parametrize("report", ["", "methods"])
def test_a_branch_treasurer_sees_the_own_income_alone(app, signed_in, report):
    own = books()
    address = f"/office/income/{report}?{YEAR}"
    assert rows(page(signed_in("branch_treasurer", branch_id=own).get(address)).table)[-1] == ["Total", "£7.00"]
    other = page(signed_in("branch_treasurer", branch_id=other_branch()).get(address))
    assert "No income in this period" in other.text


def test_a_time_without_income_says_so(app, signed_in):
    assert "No income in this period" in page(signed_in("treasurer").get("/office/income/?from=2020-01-01&to=x")).text


def test_the_chosen_days_go_along_from_report_to_report(app, signed_in):
    books()
    client = signed_in("auditor")
    for report in ("", "methods"):
        ways = [way["href"] for way in page(client.get(f"/office/income/{report}?{YEAR}")).select(".section-nav a")]
        assert ways == [f"/office/income/?{YEAR}", f"/office/income/methods?{YEAR}"]
    assert page(client.get("/office/income/")).select(".section-nav a")[1]["href"] == "/office/income/methods"


def test_the_chosen_day_goes_along_through_the_books(app, signed_in):
    books()
    client = signed_in("auditor")
    ways = [way["href"] for way in page(client.get("/office/ledger/?on=2026-03-31")).select(".section-nav a")]
    assert ways[:2] == ["/office/ledger/?on=2026-03-31", "/office/journal/?to=2026-03-31"]
    march = "/office/journal/?from=2026-03-01&to=2026-03-31"
    ways = [way["href"] for way in page(client.get(march)).select(".section-nav a")]
    assert ways[:2] == ["/office/ledger/?on=2026-03-31", "/office/journal/?to=2026-03-31&from=2026-03-01"]
