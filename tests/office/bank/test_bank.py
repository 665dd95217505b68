"""The bank in the office: a file is imported, its lines are matched, and the bank and the books agree."""

import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, select, text

from app import clock
from app.audit.trail import AuditRecord
from app.bank.account import BankAccount
from app.bank.statement import BankLine, BankStatement, BankUpload
from app.database import db, writing
from app.donations.donation import Donation
from app.offline import paying_in
from app.reconciliation.bank import balance, expected
from app.worker import clock as worker_clock
from tests.bank.bank import FILES, a_bank_account, take_in_file
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, a_count

TODAY = clock.today()


@pytest.fixture
def treasurer(signed_in):
    return signed_in("treasurer")


@pytest.fixture
def bank(app):
    return a_bank_account()


def page(answer):
    return BeautifulSoup(answer.data, "html5lib")


def words(answer):
    return " ".join(page(answer).get_text(" ").split())


def upload(client, bank, body, name="week.csv"):
    sent = {"account": bank.reference, "file": (io.BytesIO(body), name)}
    return client.post("/office/bank/files", data=sent, content_type="multipart/form-data")


def take_in(client, bank, body, **ticked):
    """Import a file from the upload to its lines, with the columns as they are guessed."""
    address = upload(client, bank, body).headers["Location"]
    answer = client.get(address)
    if answer.status_code == 303:
        guessed = page(client.get(answer.headers["Location"]))
        chosen = {
            field["name"]: [option["value"] for option in field.select("option[selected]")]
            for field in guessed.select("form.desk-form select")
        }
        assert client.post(answer.headers["Location"], data=chosen).headers["Location"] == address
        answer = client.get(address)
    taken = client.post(address, data=ticked)
    assert taken.status_code == 303
    return answer, client.get(taken.headers["Location"])


def a_week(*lines):
    """A bank's file: (days ago, payer, reference, pounds) each."""
    rows = [f"{(TODAY - timedelta(days=ago)):%d/%m/%Y},{payer},{said},{pounds}" for ago, payer, said, pounds in lines]
    return "\n".join(["Date,Counter Party,Reference,Amount (GBP)", *rows, ""]).encode()


def forms_of(answer):
    """What each form of the page that says 'Yes' would send, with its address."""
    return [
        (form["action"], {"is": [field["value"] for field in form.select("input[name=is]")]})
        for form in page(answer).select("form.may-be")
    ]


def test_an_account_is_added_with_what_stood_on_it(treasurer):
    form = {"name": "Treasurer’s account", "last_digits": "1234", "typed_balance": "-£12.50", "day": "2026-06-30"}
    answer = treasurer.post("/office/bank/", data=form)
    (account,) = db.session.scalars(select(BankAccount))
    assert answer.headers["Location"].endswith(f"/office/bank/{account.reference}/import")
    assert balance.of(account) is None
    assert "No statement imported yet" in words(treasurer.get("/office/bank/"))


WRONG_ACCOUNTS = (
    ({"name": ""}, "Enter a name for the account"),
    ({"name": "Treasurer"}, "An account with this name already exists"),
    ({"name": "B", "last_digits": "1a"}, "Enter the last four digits, such as 1234"),
    ({"name": "B", "typed_balance": "lots"}, "Enter an amount in figures, like 1250.00 or -12.50"),
    ({"name": "B", "typed_balance": "5"}, "Enter the date of this balance"),
    ({"name": "B", "typed_balance": "5", "day": "2099-01-01"}, "The date must be today or in the past"),
)


def test_an_account_that_cannot_be_added_is_said_why(treasurer, bank, subtests):
    for form, said in WRONG_ACCOUNTS:
        with subtests.test(said):
            answer = treasurer.post("/office/bank/", data=form)
            assert (answer.status_code, said in words(answer)) == (422, True)


def test_every_banks_file_is_taken_in_once(treasurer, subtests):
    for path in sorted(FILES.iterdir()):
        bank = a_bank_account(path.name)
        with subtests.test(path.name):
            looked, taken = take_in(treasurer, bank, path.read_bytes())
            assert "Import 5 lines" in words(looked)
            assert "5 new lines, 0 already imported." in words(taken)
            _, taken = take_in(treasurer, bank, path.read_bytes())
            assert "0 new lines, 5 already imported." in words(taken)
            assert db.session.query(BankLine).filter_by(account_id=bank.id).count() == 5
    assert db.session.query(BankUpload).count() == 0


WRONG_FILES = (
    (b"", "This file is empty."),
    (b"%PDF-1.7", "This is a PDF. Figures cannot be read from a PDF"),
    (b"PK\x03\x04", "This is a spreadsheet."),
    (b"<html>", "This is a web page"),
    (b"a letter", "none of the first lines contains a date"),
    ((FILES / "statement.ofx").read_bytes().replace(b"90001234", b"90009999"), "the one ending in 9999"),
    (b"x" * 3000, "larger than 3 MB"),
)


def test_a_wrong_file_is_called_what_it_is_and_not_kept(treasurer, bank, subtests, monkeypatch):
    monkeypatch.setattr("app.bank.formats.recognising.LARGEST", 2500)
    for body, said in WRONG_FILES:
        with subtests.test(said):
            answer = upload(treasurer, bank, body)
            assert (answer.status_code, said in words(answer)) == (422, True)
    assert db.session.query(BankUpload).count() == 0


def test_a_file_that_nobody_takes_in_is_forgotten_after_a_day(treasurer, bank):
    for _ in range(2):
        upload(treasurer, bank, (FILES / "statement.ofx").read_bytes())
    with writing() as session:
        old = session.scalars(select(BankUpload)).first()
        old.uploaded_at = clock.now() - timedelta(hours=25)
    worker_clock.forget_attempts()
    assert db.session.query(BankUpload).count() == 1


def test_columns_are_looked_at_before_they_are_kept_and_then_never_asked_again(treasurer, bank):
    body = a_week((2, "OKON L", "PRESSFUND", "10.00"))
    columns = treasurer.get(upload(treasurer, bank, body).headers["Location"]).headers["Location"]
    assert "PRESSFUND" in words(treasurer.get(columns))
    chosen = {"day": "0", "date_order": "dmy", "amount": "3", "decimal": ".", "details": ["1"], "payer": "2"}
    looked = treasurer.post(columns, data={**chosen, "look": "1"})
    assert [cell.get_text() for cell in page(looked).select("tbody tr:first-child td")][1:3] == ["PRESSFUND", "OKON L"]
    # It was only looked at.
    assert treasurer.get(columns.removesuffix("/columns")).status_code == 303
    for wrong, said in (
        ({"date_order": "ymd"}, "The date cannot be read in row 2"),
        ({"amount": "1"}, "The amount cannot be read in row 2: OKON L"),
        ({"amount": ""}, "Select the column with the amount, or the columns for money in and money out"),
        ({"money_in": "3"}, "Select either one amount column"),
        ({"day": "77"}, "Select the column with the date"),
    ):
        answer = treasurer.post(columns, data={**chosen, **wrong})
        assert (answer.status_code, said in words(answer)) == (422, True), said
    assert treasurer.post(columns, data=chosen).status_code == 303
    again = upload(treasurer, bank, a_week((1, "SOMEBODY", "ELSE", "3.00")))
    assert "Import 1 line" in words(treasurer.get(again.headers["Location"]))


CASES = FILES.parent / "cases"


def test_a_column_of_amounts_that_was_empty_before_is_asked_about_again(treasurer, bank):
    only_in = b"Date,Memo,Credit,Debit,Note\n01/07/2026,A,5.00,,\n02/07/2026,B,7.00,,\n"
    take_in(treasurer, bank, only_in)
    with_note = b"Date,Memo,Credit,Debit,Note\n03/07/2026,C,5.00,,1.50\n"
    columns = treasurer.get(upload(treasurer, bank, with_note).headers["Location"]).headers["Location"]
    assert "amounts in a column that was empty before: Note" in words(treasurer.get(columns))
    in_and_out = b"Date,Memo,Credit,Debit,Note\n03/07/2026,C,,4.00,\n"
    looked = treasurer.get(upload(treasurer, bank, in_and_out).headers["Location"])
    assert "−£4.00" in words(looked) or "-£4.00" in words(looked)


def test_columns_that_were_kept_before_all_were_known_are_asked_about_once_more(treasurer, bank):
    body = (CASES / "only_in.csv").read_bytes().replace(b"12345678", b"00001234")
    take_in(treasurer, bank, body)
    with writing() as session:
        session.execute(text("UPDATE bank_csv_mappings SET columns = :old"), {"old": '{"day": 0, "details": [4]}'})
    assert upload(treasurer, bank, body).status_code == 303
    assert "Choose what the columns mean" in words(treasurer.get(upload(treasurer, bank, body).headers["Location"],
                                                          follow_redirects=True))  # fmt: skip


def test_the_preview_says_what_is_left_out_and_leads_back_to_the_columns(treasurer, bank):
    looked, taken = take_in(treasurer, bank, (CASES / "held_and_pending.csv").read_bytes())
    assert "Left out 2 rows" in words(looked)
    assert "not booked yet (Pending)" in words(looked)
    assert "1 fee listed with a payment is imported as a separate line: £43.40." in words(looked)
    (back,) = [link for link in page(looked).select("main a") if "Change how the columns are read" in link.get_text()]
    assert back["href"].endswith("/columns")
    assert "3 new lines, 0 already imported." in words(taken)


def test_a_balance_that_contradicts_the_amounts_is_said_before_anything_is_taken_in(treasurer, bank):
    body = b"Date,Memo,Amount,Balance\n01/07/2026,A,5.00,5.00\n02/07/2026,B,7.00,99.00\n03/07/2026,C,1.00,100.00\n"
    looked, _ = take_in(treasurer, bank, body)
    assert "In 1 row the balance does not match the amounts (row 3)." in words(looked)


def test_a_csv_file_of_another_account_or_of_several_is_refused(treasurer, bank, subtests):
    for name, said in (
        ("only_in.csv", "the one ending in 5678"),
        ("two_accounts.csv", "This file contains several accounts, ending in 6368, 1362."),
    ):
        with subtests.test(name):
            answer = upload(treasurer, bank, (CASES / name).read_bytes())
            assert (answer.status_code, said in words(answer)) == (422, True)
    assert db.session.query(BankUpload).count() == 0


def test_a_payment_in_longer_words_is_shown_beside_the_one_that_it_may_be(treasurer, bank):
    take_in(treasurer, bank, a_week((2, "OKON", "SO", "10.00")))
    looked, taken = take_in(treasurer, bank, a_week((2, "OKON L", "SO 8812", "10.00")))
    assert "similar to the one of" in words(looked)
    assert ": OKON SO" in words(looked)
    assert "0 new lines, 1 already imported." in words(taken)


def test_a_line_that_says_the_same_is_asked_about_and_can_be_taken_in_as_another(treasurer, bank):
    take_in(treasurer, bank, a_week((2, "OKON", "SO", "10.00"), (2, "ASHWORTH", "SO", "5.00")))
    part = a_week((2, "OKON", "SO", "10.00"))
    looked, taken = take_in(treasurer, bank, part)
    assert "Are any of these separate payments?" in words(looked)
    assert "0 new lines, 1 already imported." in words(taken)
    _, taken = take_in(treasurer, bank, part, others=["2"])
    assert "1 new line, 0 already imported." in words(taken)
    assert db.session.query(BankLine).count() == 3


def test_a_balance_can_be_typed_where_the_file_has_none(treasurer, bank):
    looked, _ = take_in(treasurer, bank, a_week((2, "OKON", "SO", "10.00")), typed_closing="£10.00")
    assert "This file contains no balance." in words(looked)
    (statement,) = db.session.scalars(select(BankStatement))
    assert statement.closing_minor == 1000


@pytest.mark.both_databases
def test_each_line_is_matched_by_one_press_until_the_bank_and_the_books_agree(treasurer, bank):
    appeal = an_appeal()
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    with writing():
        paying_in.pay_in([sheet], [cheque], "100417", TODAY - timedelta(days=0))
    body = a_week((0, "COUNTER CREDIT", "100417", "38.00"), (0, "BANK", "CHARGES", "-6.50"), (0, "N OKAFOR", "HI", "7"))
    _, lines = take_in(treasurer, bank, body, typed_closing="38.50")
    assert page(lines).select_one("button[autofocus]").get_text() == "Yes"
    ((address, sent),) = forms_of(lines)
    assert treasurer.post(address, data=sent).status_code == 303
    rest = treasurer.get(f"/office/bank/{bank.reference}/lines/")
    assert "2 waiting" in words(rest)
    charge, gift = db.session.scalars(select(BankLine).where(BankLine.entry_id.is_(None)).order_by(BankLine.id))
    base = f"/office/bank/{bank.reference}/lines"
    treasurer.post(f"{base}/{charge.reference}/otherwise", data={"kind": "charge"})
    treasurer.post(f"{base}/{gift.reference}/gift", data={"appeal": appeal.reference, "payer": "Ngozi Okafor"})
    assert "All lines are matched" in words(treasurer.get(f"{base}/"))
    account = words(treasurer.get(f"/office/bank/{bank.reference}"))
    assert "Difference £0.00 The bank and the books agree." in account
    donation = db.session.scalars(select(Donation).order_by(Donation.id.desc())).first()
    assert (donation.name, donation.amount.minor) == ("Ngozi Okafor", 700)
    done = [record.action for record in db.session.scalars(select(AuditRecord).order_by(AuditRecord.id))]
    assert done == ["bank.columns_kept", "bank.imported", *["bank.line_matched"] * 3]


def test_what_is_expected_can_be_chosen_by_hand_and_must_come_to_the_same(treasurer, bank):
    appeal = an_appeal()
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    with writing():
        paying_in.pay_in([sheet], [cheque], "100417", TODAY)
    take_in(treasurer, bank, a_week((0, "?", "?", "38.00")))
    (line,) = db.session.scalars(select(BankLine))
    address = f"/office/bank/{bank.reference}/lines/{line.reference}"
    keys = [field["value"] for field in page(treasurer.get(address)).select("input[type=checkbox][name=is]")]
    assert len(keys) == 2
    wrong = treasurer.post(f"{address}/match", data={"is": keys[0]}, follow_redirects=True)
    assert "do not add up to the amount of the line" in words(wrong)
    treasurer.post(f"{address}/match", data={"is": keys})
    stale = treasurer.post(f"{address}/match", data={"is": keys}, follow_redirects=True)
    assert "This has changed since you opened the page" in words(stale)
    assert "Expected payment" in words(treasurer.get(address))
    shown = {"entry": page(treasurer.get(address)).select_one("input[name=entry]")["value"]}
    undone = treasurer.post(f"{address}/undo", data=shown, follow_redirects=True)
    assert "Its entry is reversed" in words(undone)
    assert len(expected.items()) == 2


def test_unknown_money_waits_with_its_age_until_somebody_says_whose_it_is(treasurer, bank):
    appeal = an_appeal(starts_on=TODAY - timedelta(days=40))
    take_in(treasurer, bank, a_week((12, "REF 8812", "", "700.00")))
    (line,) = db.session.scalars(select(BankLine))
    address = f"/office/bank/{bank.reference}/lines/{line.reference}"
    treasurer.post(f"{address}/otherwise", data={"kind": "unidentified"})
    assert "12 days" in words(treasurer.get("/office/bank-unknown/"))
    assert "Book as a gift from an identified donor" in words(treasurer.get(address))
    treasurer.post(f"{address}/gift", data={"appeal": appeal.reference, "payer": "T Ashworth"})
    assert "No unidentified payments" in words(treasurer.get("/office/bank-unknown/"))
    shown = {"entry": page(treasurer.get(address)).select_one("input[name=entry]")["value"]}
    assert "Match undone" in words(treasurer.post(f"{address}/undo", data=shown, follow_redirects=True))
    again = treasurer.post(f"{address}/undo", data=shown, follow_redirects=True)
    assert "There is nothing to undo" in words(again), "pressed twice, the gift alone is taken back"
    assert "12 days" in words(treasurer.get("/office/bank-unknown/"))


def test_the_auditor_reads_all_and_is_offered_nothing_to_press(signed_in, bank):
    take_in_file(bank, "starling.csv")
    auditor = signed_in("auditor")
    (line, *_) = db.session.scalars(select(BankLine))
    base = f"/office/bank/{bank.reference}"
    for address in ("/office/bank/", base, f"{base}/lines/", f"{base}/lines/all", f"{base}/lines/{line.reference}"):
        found = page(auditor.get(address))
        assert found.select_one("h1"), address
        assert found.select("main form, main .button") == [], address
    assert auditor.post(f"{base}/lines/{line.reference}/otherwise", data={"kind": "unidentified"}).status_code == 403


def test_a_line_is_found_under_its_own_account_alone(treasurer, bank):
    take_in_file(bank, "starling.csv")
    other = a_bank_account("Strike fund")
    (line, *_) = db.session.scalars(select(BankLine))
    assert treasurer.get(f"/office/bank/{other.reference}/lines/{line.reference}").status_code == 404
    assert treasurer.get(f"/office/bank/line/{line.reference}").location.endswith(
        f"/office/bank/{bank.reference}/lines/{line.reference}"
    )
    assert treasurer.get("/office/bank/line/none").status_code == 404
    assert treasurer.post(f"/office/bank/{other.reference}/lines/{line.reference}/undo").status_code == 404


def test_many_lines_ask_no_more_questions_than_few_and_older_ones_are_a_page_further(treasurer, bank):
    few = [(1, "A", f"REF {number}", "1.00") for number in range(3)]
    many = [(1 + number % 9, "B", f"REF {number}", "2.00") for number in range(120)]
    addresses = [f"/office/bank/{bank.reference}{path}" for path in ("", "/lines/", "/lines/all")]
    take_in(treasurer, bank, a_week(*few))
    before = [asked(treasurer, address) for address in addresses]
    take_in(treasurer, bank, a_week(*many))
    assert [asked(treasurer, address) for address in addresses] == before
    first = page(treasurer.get(addresses[2]))
    older = page(treasurer.get(first.select_one("a[rel=next]")["href"]))
    rows = [row.get_text() for found in (first, older) for row in found.select("tbody tr")]
    assert len(rows) == len(set(rows)) == 100


def asked(client, address):
    """How many questions a page asks the database."""
    statements = []

    def executing(*about):
        statements.append(about[2])

    event.listen(db.engine, "before_cursor_execute", executing)
    assert client.get(address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", executing)
    return len(statements)


def answered(client, asked):
    """Press the button of the question."""
    form = page(asked).main.form
    fields = {each["name"]: each["value"] for each in form.select("input[name]") if each["name"] != "csrf_token"}
    return client.post(form["action"], data=fields, follow_redirects=True)


def test_a_batch_is_booked_as_several_gifts_each_with_its_giver(treasurer, bank):
    roof = an_appeal(starts_on=date(2026, 1, 1), ends_on=date(2099, 1, 1))
    take_in_file(bank, (CASES / "batch.camt053.xml").read_bytes())
    (line,) = db.session.scalars(select(BankLine))
    address = f"/office/bank/{bank.reference}/lines/{line.reference}"
    shown = treasurer.get(address)
    assert "Part 2 £30.00, T Ashworth, dues" in words(shown)
    assert "Book as 3 gifts, £75.00 in total" in words(shown)
    named = {field["name"]: field["value"] for field in page(shown).select("#gifts input[name^=payer_]")}
    assert named == {"payer_1": "A Rees", "payer_2": "T Ashworth", "payer_3": "L Okon"}
    chosen = {f"appeal_{number}": roof.reference for number in (1, 2, 3)}
    wrong = treasurer.post(f"{address}/gifts", data={**named, **chosen, "appeal_2": "another", "payer_1": "Anna Rees"})
    assert (wrong.status_code, "Select an appeal" in words(wrong)) == (422, True)
    assert page(wrong).select_one("input[name=payer_1]")["value"] == "Anna Rees"
    treasurer.post(f"{address}/gifts", data={**named, **chosen, "payer_1": "Anna Rees"})
    gifts = db.session.scalars(select(Donation).order_by(Donation.amount_minor)).all()
    assert [(each.name, each.amount.minor) for each in gifts] == [
        ("L Okon", 2000), ("Anna Rees", 2500), ("T Ashworth", 3000)
    ]  # fmt: skip
    shown = treasurer.get(address)
    assert words(shown).count("A gift, entry") == 3
    entry = {"entry": page(shown).select_one("input[name=entry]")["value"]}
    assert "Its entry is reversed" in words(treasurer.post(f"{address}/undo", data=entry, follow_redirects=True))
    assert db.session.query(BankLine).filter(BankLine.entry_id.is_(None)).count() == 1


def test_an_import_is_taken_back_after_a_question_while_none_of_its_lines_is_booked(treasurer, bank):
    take_in_file(bank, "starling.csv")
    account = f"/office/bank/{bank.reference}"
    (form,) = page(treasurer.get(account)).select("form[action$='/back']")
    asked = treasurer.post(form["action"])
    assert "5 lines from this import will be removed" in words(asked)
    assert db.session.query(BankLine).count() == 5
    assert "Import undone: 5 lines removed." in words(answered(treasurer, asked))
    assert db.session.query(BankLine).count() == 0
    assert "Undone" in words(treasurer.get(account))
    again = treasurer.post(form["action"], follow_redirects=True)
    assert "This import has already been undone." in words(again)
    assert [record.action for record in db.session.scalars(select(AuditRecord))] == ["bank.import_taken_back"]


def test_an_import_of_which_a_line_is_booked_offers_no_way_back(treasurer, bank):
    take_in_file(bank, "starling.csv")
    account = f"/office/bank/{bank.reference}"
    (form,) = page(treasurer.get(account)).select("form[action$='/back']")
    line = db.session.scalars(select(BankLine).where(BankLine.amount_minor < 0)).first()
    treasurer.post(f"{account}/lines/{line.reference}/otherwise", data={"kind": "charge"})
    assert page(treasurer.get(account)).select("form[action$='/back']") == []
    answer = treasurer.post(form["action"], follow_redirects=True)
    assert "This import cannot be undone" in words(answer)
    assert db.session.query(BankLine).count() == 5
