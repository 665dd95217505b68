"""Exports in the office: totals before the file and in it, names only when asked for, everything on the trail."""

import csv
import io
import time

import pytest

from app.appeals.appeal import Appeal
from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations import settlement
from app.ledger.accounts import Account
from app.ledger.exports.log import Export
from app.payments.objects import read_charge
from tests.cast import a_gift, a_pledge
from tests.office.books.books import books, entry, page, rows, words
from tests.stripe_bodies import charge

YEAR = {"from_on": "2026-01-01", "to_on": "2026-12-31"}


def asked(client, **changes):
    return client.get("/office/exports/", query_string={"format": "ledger-csv", **YEAR, **changes})


def taken(client, path="/office/exports/", **changes):
    return client.post(path, data={"format": "ledger-csv", **YEAR, **changes})


def lines(answer):
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


def settle(donation):
    with writing():
        settlement.settle(read_charge(charge(donation.reference)))


@pytest.fixture
def treasurer(app, signed_in):
    books()
    return signed_in("treasurer")


def test_the_totals_stand_on_the_page_before_the_file_and_in_one_beside_it(treasurer):
    found = page(asked(treasurer))
    assert rows(found.find("table"))[1] == ["4", "£32.00", "£32.00"]
    answer = taken(treasurer)
    assert len(lines(answer)) == 4
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    batch = db.session.query(Export).one().reference
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="whipround-ledger-csv-2026-01-01-2026-12-31-{batch}.csv"'
    )
    link = page(treasurer.get("/office/exports/")).find("a", string=lambda text: text and "Totals" in text)
    beside = treasurer.get(f"/office/exports/{batch}/totals" if link is None else link["href"])
    assert beside.headers["Content-Disposition"].endswith(f'2026-12-31-{batch}-totals.txt"')
    assert "Control total | GBP | 4 lines | in 32.00 | out 32.00" in beside.text
    assert treasurer.get("/office/exports/nothing/totals").status_code == 404


def test_every_export_is_listed_and_on_the_trail(treasurer):
    taken(treasurer, appeal="", account="assets:stripe:gbp")
    made = db.session.query(Export).one()
    assert (made.format, made.account, made.lines, made.names) == ("ledger-csv", "assets:stripe:gbp", 1, False)
    assert [(record.action, record.subject) for record in db.session.query(AuditRecord)] == [
        ("export.made", f"export:{made.reference}")
    ]
    listed = rows(page(treasurer.get("/office/exports/")).find_all("table")[-1])
    assert listed[1][0] == made.reference
    assert listed[1][2:4] == ["Nasreen Akhtar", "Ledger, as CSV"]


def mapped(client, program="xero", **more):
    """Every account with a code in a program, typed into its page."""
    ids = {each.id: each.code for each in db.session.query(Account)}
    data = {f"code-{number}": f"9{number:02d}" for number in ids} | {f"tax-{number}": "No VAT" for number in ids} | more
    return client.post(f"/office/exports/accounts/{program}", data=data)


def test_journals_wait_until_the_programs_accounts_are_known_and_lead_there(treasurer):
    found = page(asked(treasurer, format="xero-journals"))
    assert "These accounts have no code for Xero yet" in words(found.select_one(".notice--warn"))
    assert "Held by Stripe (assets:stripe:gbp)" in words(found.select_one(".notice--warn"))
    assert not found.select("main form[method=post]")
    page(taken(treasurer, format="xero-journals"), 409)
    there = found.select_one(".notice--warn a")["href"]
    typed = page(treasurer.get(there))
    assert "4 accounts are missing." in typed.text
    assert mapped(treasurer).status_code == 303
    assert "No accounts are missing." in page(treasurer.get(there)).text
    assert {row["*AccountCode"][:1] for row in lines(taken(treasurer, format="xero-journals"))} == {"9"}
    recorded = [record.action for record in db.session.query(AuditRecord).order_by(AuditRecord.id)]
    assert recorded == ["export.accounts_mapped", "export.made"]


def test_what_is_typed_wrong_on_the_page_of_accounts_is_kept_and_said(treasurer):
    number = db.session.query(Account).filter(Account.code == "assets:stripe:gbp").one().id
    found = page(mapped(treasurer, **{f"code-{number}": "x" * 121}), 422)
    assert "Held by Stripe: A code must be 120 characters" in words(found.select_one(".error-summary li"))
    assert found.select_one(f"#code-{number}")["value"] == "x" * 121
    assert "4 accounts are missing." in page(treasurer.get("/office/exports/accounts/xero")).text
    assert treasurer.get("/office/exports/accounts/lotus").status_code == 404
    assert mapped(treasurer, **{f"clearing-{number}": "y"}).status_code == 303
    assert (
        page(treasurer.get("/office/exports/accounts/xero")).select_one(f"[name=clearing-{number}]").has_attr("checked")
    )


def test_the_same_postings_a_second_time_are_stopped_until_the_first_batch_is_withdrawn(treasurer):
    xero = {"format": "xero-journals"}
    mapped(treasurer)
    assert not page(asked(treasurer, **xero)).select(".notice--warn")
    taken(treasurer, **xero)
    taken(treasurer)
    first = db.session.query(Export).order_by(Export.id).first().reference
    stopped = page(asked(treasurer, **xero, from_on="2026-04-01"))
    (warned,) = stopped.select(".notice--warn")
    assert f"Batch {first} of" in words(warned)
    assert f"Withdraw batch {first} if it was not imported" in words(warned.find("button"))
    page(taken(treasurer, **xero), 409)
    assert not page(asked(treasurer, **xero, from_on="2025-01-01", to_on="2025-12-31")).select(".notice--warn")
    assert not page(asked(treasurer)).select(".notice--warn")
    asks = page(treasurer.post(warned.find("form")["action"]))
    assert words(asks.find("h1")) == f"Withdraw batch {first}?"
    assert treasurer.post(warned.find("form")["action"], data={"confirmed": "yes"}).status_code == 303
    assert treasurer.post("/office/exports/nothing/withdrawal").status_code == 404
    assert taken(treasurer, **xero).status_code == 200
    assert "withdrawn" in words(page(treasurer.get("/office/exports/")).find_all("table")[-1])


def test_a_statement_shows_who_paid_so_it_asks_for_a_fresh_sign_in(treasurer):
    statement = {"format": "xero-statement", "account": "assets:stripe:gbp"}
    led = asked(treasurer, **statement)
    assert led.headers["Location"].startswith("/office/exports/names?format=xero-statement")
    assert taken(treasurer, **statement).headers["Content-Type"].startswith("text/html")
    assert [row["Amount"] for row in lines(taken(treasurer, "/office/exports/names", **statement))] == ["25.00"]


def test_what_goes_together_with_nothing_is_said_in_words(treasurer, subtests):
    for wrong, said in (
        ({"from_on": "2027-01-01"}, "The last date must be on or after the first"),
        ({"from_on": ""}, "Enter the first date"),
        ({"to_on": "someday"}, "Enter a date, like 27/3/2026"),
        ({"format": "lotus"}, "Not a valid choice."),
    ):
        with subtests.test(said):
            found = page(asked(treasurer, **wrong), 422)
            assert words(found.select_one(".error-summary li")) == said
    found = page(treasurer.get("/office/exports/names", query_string={"format": "xero-statement", **YEAR}), 422)
    assert words(found.select_one(".error-summary li")) == "Select an account: a bank statement covers only one"
    assert page(taken(treasurer, from_on="2027-01-01"), 422)
    assert db.session.query(Export).count() == 0


def test_a_branch_and_an_appeal_take_out_their_own_lines(treasurer):
    found = page(treasurer.get("/office/exports/"))
    branch = {words(option): option["value"] for option in found.select("#branch option")}["Ambleford"]
    moved = lines(taken(treasurer, branch=branch))
    assert [each["entry"] for each in moved] == [str(entry("test:branch"))]
    journal = taken(treasurer, branch=branch, format="hledger").get_data().decode()
    assert "Assets:Cash:GBP  7.00 GBP" in journal
    assert "25.00" not in journal


def test_donations_leave_names_out_unless_they_are_asked_for(treasurer):
    settle(a_pledge(db.session.query(Appeal).one(), gift=a_gift(name="=1+1", email="=cmd@example.org")))
    plain = taken(treasurer, format="donations-csv")
    assert "example.org" not in plain.text
    (gift,) = lines(plain)
    assert (gift["amount"], gift["kept"], gift["method"]) == ("25.00", "25.00", "card")
    assert gift["received_on"] == "2026-07-01"
    named = taken(treasurer, "/office/exports/names", format="donations-csv", names="y")
    assert (lines(named)[0]["name"], lines(named)[0]["email"]) == ("'=1+1", "'=cmd@example.org")
    assert [each.names for each in db.session.query(Export).order_by(Export.id)] == [False, True]


def test_names_are_neither_got_by_the_other_way_nor_in_other_files(treasurer):
    for path, changes in (
        ("/office/exports/", {"format": "donations-csv", "names": "y"}),
        ("/office/exports/names", {"format": "ledger-csv", "names": "y"}),
        ("/office/exports/names", {"format": "donations-csv"}),
    ):
        assert taken(treasurer, path, **changes).headers["Content-Type"].startswith("text/html")
    assert db.session.query(Export).count() == 0


def test_names_ask_for_a_fresh_sign_in_and_come_back_to_the_choice(treasurer):
    led = asked(treasurer, format="donations-csv", names="y")
    assert led.headers["Location"].startswith("/office/exports/names?format=donations-csv")
    assert "contains names" in page(treasurer.get(led.headers["Location"])).text
    with treasurer.session_transaction() as session:
        session["fs_paa"] = time.time() - 7200
        session.pop("fs_gexp", None)
    assert "/office/sign-in/again" in treasurer.get(led.headers["Location"]).headers["Location"]


def test_the_auditor_takes_what_they_may_read_and_it_is_on_the_trail(app, signed_in):
    books()
    client = signed_in("auditor")
    assert page(asked(client)).find("button", string="Download the file")
    assert lines(taken(client))
    with_names = taken(client, "/office/exports/names", format="donations-csv", names="y")
    assert with_names.status_code == 200
    with_names.get_data()
    with_names.close()
    assert db.session.query(AuditRecord).filter_by(action="export.made").count() == 2
    with client.session_transaction() as session:
        session["fs_paa"] = time.time() - 7200
        session.pop("fs_gexp", None)
    again = taken(client, "/office/exports/names", format="donations-csv", names="y")
    assert "/office/sign-in/again" in again.headers["Location"]


def test_what_an_auditor_looks_at_does_not_count_as_gone_out_for_the_treasurer(app, signed_in, treasurer):
    xero, auditor = {"format": "xero-journals"}, signed_in("auditor")
    mapped(treasurer)
    assert taken(auditor, **xero).status_code == 200
    assert "a copy, not for import" in words(page(treasurer.get("/office/exports/")).find_all("table")[-1])
    assert taken(treasurer, **xero).status_code == 200
    # What has gone out does not stand against looking at it.
    assert not page(asked(auditor, **xero)).select(".notice--warn")
    assert taken(auditor, **xero).status_code == 200
    page(taken(treasurer, **xero), 409)


def test_an_editor_takes_nothing(app, signed_in):
    books()
    assert taken(signed_in("editor")).status_code == 403
