"""The ledger's pages: the trial balance of any day balances, and an account tells its months."""

from tests.office.books.books import books, page, rows, words


def test_the_trial_balance_of_a_day_has_both_sides_and_their_sums(app, signed_in):
    books()
    found = page(signed_in("auditor").get("/office/ledger/?on=2026-04-30"))
    assert words(found.h1) == "Trial balance at the end of 30 April 2026"
    table = rows(found.table)
    assert ["Total in British pounds", "£32.00", "£32.00"] in table
    assert ["Held by Stripe assets:stripe:gbp", "£25.00", ""] in table


def test_a_day_before_a_gift_does_not_know_it(app, signed_in):
    books()
    client = signed_in("treasurer")
    assert ["Total in British pounds", "£25.00", "£25.00"] in rows(
        page(client.get("/office/ledger/?on=2026-03-31")).table
    )
    assert "Nothing was booked by this date" in page(client.get("/office/ledger/?on=2026-03-01")).text
    assert words(page(client.get("/office/ledger/?on=yesterday")).h1).startswith("Trial balance at the end of")


def test_every_figure_leads_to_lines_that_come_to_it(app, signed_in):
    books()
    client = signed_in("treasurer")
    cells = page(client.get("/office/ledger/?on=2026-04-30")).select("tr:not(.sum) td.figure a")
    assert len(cells) == 4
    for cell in cells:
        together = words(page(client.get(cell["href"])).select_one("tr.sum td:last-child"))
        assert together.removeprefix("-") == words(cell)


def test_an_account_tells_what_each_month_did(app, signed_in):
    books()
    found = page(signed_in("treasurer").get("/office/ledger/assets:stripe:gbp"))
    assert rows(found.table)[1:] == [["March 2026", "£25.00", "£0.00", "£25.00"]]
    assert page(signed_in("treasurer").get("/office/ledger/assets:nowhere:gbp"), 404)
