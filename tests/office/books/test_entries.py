"""Entries in the office: one entry's page, an entry by hand with its reason, and its reversal."""

from app.audit.trail import AuditRecord
from app.database import db, writing
from app.ledger import closing, entries, verifying
from app.ledger.entries import Entry
from tests.office.books.books import APRIL, books, entry, other_branch, page, rows, words

CHARGE = {
    "nonce": "0123456789abcdef01234567",
    "kind": "bank-charge",
    "from_code": "assets:bank:gbp",
    "to_code": "expenses:bank-charges:gbp",
    "amount": "6.50",
    "day": "2026-05-04",
    "reason": "The quarter's charge",
}


def errors(answer):
    return [words(each) for each in page(answer, 422).select(".error-summary li")]


def recorded():
    return [
        (record.action, record.subject)
        for record in db.session.query(AuditRecord)
        if not record.action.startswith("access")
    ]


def test_an_entrys_page_says_what_it_moved_what_caused_it_and_when(app, signed_in):
    books()
    found = page(signed_in("auditor").get(f"/office/entries/{entry('test:own')}"))
    assert words(found.h1) == f"Entry {entry('test:own')}: card gift received"
    assert rows(found.table)[1][2] == "£25.00"
    facts = {words(each.dt): words(each.dd) for each in found.select("dl div")}
    assert facts["Source"] == "test:own"
    assert facts["About"] == "donation:d"
    assert facts["Booked on"] == "12 March 2026"
    assert not found.select("form[action*=reversal]")


def test_an_entry_by_hand_is_in_the_books_with_its_reason_and_on_the_trail(app, signed_in):
    answer = signed_in("treasurer").post("/office/entries/", data=CHARGE)
    assert answer.status_code == 303
    made = entry(f"manual:{CHARGE['nonce']}")
    assert answer.headers["Location"] == f"/office/entries/{made}"
    row = db.session.get_one(Entry, made)
    assert (row.kind, row.memo, row.recorded_by[:7]) == ("by-hand:bank-charge", "bank charge", "person:")
    assert recorded() == [("entry.made", f"entry:{made}")]
    shown = page(signed_in("auditor").get(f"/office/entries/{made}"))
    assert "The quarter's charge" in shown.text
    assert "Nasreen Akhtar" in shown.text
    assert verifying.faults() == []


def test_the_same_form_sent_twice_makes_one_entry(app, signed_in):
    client = signed_in("treasurer")
    first, second = (client.post("/office/entries/", data=CHARGE).headers["Location"] for _ in range(2))
    assert first == second
    assert len(recorded()) == 1


def test_mistakes_come_back_with_what_was_typed(app, signed_in):
    client = signed_in("treasurer")
    nothing = {"nonce": CHARGE["nonce"]}
    assert errors(client.post("/office/entries/", data=nothing)) == [
        "Select the type of entry",
        "Select the account the money comes from",
        "Select the account the money goes to",
        "Enter an amount",
        "Enter the date",
        "Enter a reason",
    ]
    wrong = client.post("/office/entries/", data={**CHARGE, "amount": "6,5O", "to_code": "assets:bank:gbp"})
    assert errors(wrong) == ["Choose two different accounts", "Enter an amount in figures, like 25 or 12.50"]
    assert page(wrong, 422).select_one("#amount")["value"] == "6,5O"
    unfit = client.post("/office/entries/", data={**CHARGE, "kind": "income-moved"})
    assert errors(unfit) == ["This type of entry cannot be made between these two accounts. Select other accounts."]
    assert db.session.query(Entry).count() == 0


def test_nothing_is_entered_in_a_closed_month(app, signed_in):
    with writing():
        closing.close(APRIL.date(), by="ada")
    answer = signed_in("treasurer").post("/office/entries/", data={**CHARGE, "day": "2026-04-30"})
    assert errors(answer) == ["The date must be in an open month and not in the future"]


def test_the_form_offers_accounts_by_kind_but_not_what_stripe_keeps(app, signed_in):
    books()
    offered = [each["value"] for each in page(signed_in("treasurer").get("/office/entries/new")).select("option")]
    assert "expenses:bank-charges:gbp" in offered
    assert "assets:stripe:gbp" not in offered


def test_an_entry_by_hand_is_reversed_with_a_reason(app, signed_in):
    client = signed_in("treasurer")
    made = client.post("/office/entries/", data=CHARGE).headers["Location"]
    assert errors(client.post(f"{made}/reversal", data={})) == ["Enter a reason for reversing"]
    undone = client.post(f"{made}/reversal", data={"reason": "Entered twice", "confirmed": "yes"}).headers["Location"]
    number = int(undone.rsplit("/", 1)[1])
    assert db.session.get_one(Entry, number).reverses_id == int(made.rsplit("/", 1)[1])
    assert entries.reason_of(number) == "Entered twice"
    assert recorded()[1][0] == "entry.reversed"
    assert not page(client.get(made)).select("form[action*=reversal]")


def test_what_follows_a_gift_is_not_reversed_here(app, signed_in):
    books()
    answer = signed_in("treasurer").post(f"/office/entries/{entry('test:own')}/reversal", data={"reason": "x"})
    assert answer.status_code == 404


def test_another_branch_has_no_entry_here(app, signed_in):
    own = books()
    client = signed_in("branch_treasurer", branch_id=own)
    assert page(client.get(f"/office/entries/{entry('test:branch')}"))
    assert page(client.get(f"/office/entries/{entry('test:own')}"), 404)
    other = signed_in("branch_treasurer", branch_id=other_branch())
    assert page(other.get(f"/office/entries/{entry('test:branch')}"), 404)


def test_an_entry_that_came_late_says_so(app, signed_in):
    with writing():
        closing.close(APRIL.date(), by="ada")
    books()
    found = page(signed_in("auditor").get(f"/office/entries/{entry('test:own')}"))
    assert "1 May 2026 late, because its month was closed" in words(found.find("dl"))
