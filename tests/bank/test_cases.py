"""Files that were once taken wrongly: each stands for a whole kind, and comes to the right lines now."""

import contextlib
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from app.bank.formats import detecting
from app.bank.formats.contents import (
    ACCOUNT,
    BALANCE,
    CORRECTION,
    CURRENCY,
    FEES,
    KINDS,
    NO_DAY,
    NO_WAY,
    NOT_DONE,
    NOTHING,
    ONE_WAY,
    PENDING,
    SIGNS,
    SUM,
    TWICE,
    UNREAD,
    NotReadable,
    ReadFile,
)
from app.money import Money
from app.office.bank import words as bank_words
from tests.bank.formats.test_reading import an_account, read_by_guess

CASES = Path(__file__).parent / "cases"
# Where this work is done, what people found is kept beside it; elsewhere there is only what was copied from there.
SHARED = Path(__file__).parents[3] / "shared" / "cases" / "bank"


def case(name: str, **account: object) -> ReadFile:
    return read_by_guess((CASES / name).read_bytes(), **{"last_digits": "", **account})


def csv(*rows: str, **account: object) -> ReadFile:
    return read_by_guess("\n".join([*rows, ""]).encode(), **{"last_digits": "", **account})


def amounts(read: ReadFile) -> list[int]:
    return [line.amount.minor for line in read.lines]


def days(read: ReadFile) -> list[date]:
    return [line.day for line in read.lines]


def reasons(read: ReadFile) -> list[str]:
    return [row.reason for row in read.left_out]


def notes(read: ReadFile) -> list[str]:
    return [note.kind for note in read.notes]


def test_a_first_file_with_only_money_in_knows_the_column_of_money_out(app):
    june = (CASES / "only_in.csv").read_bytes()
    mapping = detecting.read(june, an_account(last_digits="")).guess
    assert mapping is not None
    assert (mapping.money_in, mapping.money_out, mapping.amount) == (6, 5, None)
    assert amounts(case("only_in.csv")) == [2500, 1000]
    assert amounts(case("in_and_out.csv")) == [4000, -1000]
    assert case("in_and_out.csv").closing == Money(16_500, "gbp")


def test_several_accounts_are_refused_or_divided_by_the_accounts_own_digits(app):
    for ends in ("", "9999"):
        with pytest.raises(NotReadable) as refused:
            case("two_accounts.csv", last_digits=ends)
        assert (refused.value.reason, refused.value.where) == ("several-accounts", "6368, 1362")
    divided = case("two_accounts.csv", last_digits="1362")
    assert amounts(divided) == [-1999, -3000]
    assert reasons(divided) == [ACCOUNT] * 4


def test_a_csv_file_that_names_another_account_is_refused(app):
    with pytest.raises(NotReadable, match="other-account"):
        case("only_in.csv", last_digits="9999")
    for above in ("Account Number:,87654321", "Account: XXXX XXXX XXXX 4321", "Account Name:,Treasurer ****4321"):
        rows = (above, "Date,Description,Amount", "01/07/2026,A,5.00")
        assert amounts(csv(*rows, last_digits="4321")) == [500]
        with pytest.raises(NotReadable, match="other-account"):
            csv(*rows, last_digits="9999")


def test_only_completed_rows_in_the_accounts_currency_count_on_the_day_they_were_completed(app):
    read = case("completed_with_fee.csv")
    fee = [line for line in read.lines if line.details.startswith("Fee")]
    assert (sum(amounts(read)), [line.amount.minor for line in fee]) == (12_450 - 150, [-150])
    assert date(2025, 1, 1) in days(read)
    assert date(2024, 12, 31) not in days(read)
    assert [(row.reason, row.word) for row in read.left_out] == [(PENDING, "PENDING"), (CURRENCY, "EUR")]
    assert FEES in notes(read)


def test_what_is_held_pending_or_in_dollars_is_left_out_and_fees_are_lines_of_their_own(app):
    read = case("held_and_pending.csv")
    assert amounts(read) == [125_000, -4340, -100_000]
    assert sum(amounts(read)) == 20_660
    assert read.closing == Money(20_660, "gbp")
    assert reasons(read) == [NOTHING, PENDING]
    dollars = case("dollars_among_pounds.csv")
    assert (amounts(dollars), reasons(dollars)) == ([1111], [CURRENCY])


def test_a_blank_line_below_the_headings_hides_neither_headings_nor_balances(app):
    read = case("blank_after_headings.csv")
    assert amounts(read) == [-1100, -3322, -22_220]
    assert [line.balance for line in read.lines] == [Money(each, "gbp") for each in (41_100, 42_200, 45_522)]
    assert (read.closing, read.last_digits) == (Money(41_100, "gbp"), "1234")


def test_a_comma_without_quotation_marks_leaves_the_last_columns_words_whole(app):
    read = case("comma_in_last_column.csv")
    assert amounts(read) == [-1150, 2366]
    assert [line.details for line in read.lines] == ["THE PRINTER LTD 1 @ £1.11", "ASHWORTH T B THE, ROOF FUND. TWO"]


def test_a_comma_that_may_stand_in_an_amount_is_refused_with_its_row(app):
    with pytest.raises(NotReadable) as refused:
        csv("Date,Amount,Memo", "01/07/2026,5.00,A", "02/07/2026,1,234.50,B")
    assert (refused.value.reason, refused.value.where) == ("too-wide", "3: 02/07/2026 1 234.50 B")


def test_a_quotation_mark_without_end_loses_no_row_in_silence(app):
    with pytest.raises(NotReadable, match="quotes"):
        csv("Date,Memo,Amount", "01/07/2026,A,5.00", '02/07/2026,"B,6.00', "03/07/2026,C,7.00")


def test_separators_are_tried_not_counted(app):
    read = case("commas_in_words.csv")
    assert amounts(read) == [2500, 4010, 1200]
    assert read.lines[0].details == "Ashworth, T, and Rees, A, re: bazaar, hall"
    assert amounts(csv("sep=|", "Date|Memo|Amount", "01/07/2026|a, b; c, d|5.00")) == [500]


def test_amounts_and_days_are_read_as_people_write_them(app):
    assert amounts(case("brackets_after_the_sign.csv")) == [40_000, -3000]
    assert days(case("month_first.csv")) == [date(2026, 7, 21), date(2026, 7, 19)]
    assert amounts(case("sign_behind.csv", currency="eur")) == [-100_000, 95_000]
    swiss = csv("Date;Text;Amount", "21.07.2026;A;1'234.50", "22.07.2026;B;-12.00 GBP")
    assert amounts(swiss) == [123_450, -1200]


def test_a_whole_file_in_another_currency_is_refused(app):
    with pytest.raises(NotReadable, match="other-currency"):
        case("sign_behind.csv")
    with pytest.raises(NotReadable, match="other-currency"):
        csv("Date,Memo,Amount (EUR)", "01/07/2026,A,5.00")


def test_a_row_of_which_any_amount_is_in_another_currency_is_left_out(app):
    read = csv(
        "Date,Memo,Amount,Balance", "01/07/2026,A,5.00,5.00", "02/07/2026,B,7.00,EUR 12.00", "03/07/2026,C,€1.00,6.00"
    )
    assert (amounts(read), reasons(read)) == ([500], [CURRENCY, CURRENCY])


STATES = (
    ("COMPLETED", ""), ("Settled", ""), ("", ""), ("Pending", PENDING), ("DECLINED", NOT_DONE), ("REVERTED", NOT_DONE),
    ("Cancelled", NOT_DONE), ("On hold", PENDING), ("Under some review", NOT_DONE),
)  # fmt: skip


@pytest.mark.parametrize(("word", "reason"), STATES)
def test_a_row_is_booked_only_when_its_state_surely_says_so(app, word, reason):
    read = csv("Date,Memo,Amount,Status", "01/07/2026,A,5.00,Completed", f"02/07/2026,B,7.00,{word}")
    assert (amounts(read), reasons(read)) == (([500], [reason]) if reason else ([500, 700], []))


def test_a_word_in_place_of_a_day_and_totals_below_are_left_out(app):
    read = csv(
        "Date,Memo,Amount,Balance", "Pending,SHOP,-3.00,", "02/07/2026,B,7.00,12.00", "01/07/2026,A,5.00,5.00",
        ",Opening balance,0.00,0.00", ",Subtotal of July,12.00,", "Total,,12.00,",
    )  # fmt: skip
    assert (amounts(read), read.closing) == ([700, 500], Money(1200, "gbp"))
    assert reasons(read) == [PENDING, NOTHING, NO_DAY, NOTHING]


@pytest.mark.parametrize("words", [("Debit", "Credit"), ("DR", "CR"), ("D", "C"), ("Af", "Bij"), ("S", "H")])
def test_a_word_says_which_way_an_amount_without_a_sign_went(app, words):
    out, into = words
    read = csv("Date,Memo,Amount,Debit/Credit", f"01/07/2026,A,5.00,{into}", f"02/07/2026,B,7.00,{out}")
    assert amounts(read) == [500, -700]


def test_a_sign_that_its_word_contradicts_counts_and_is_said(app):
    read = csv("Date,Memo,Amount,Type", "01/07/2026,A,5.00,Debit", "02/07/2026,B,-7.00,Debit")
    assert (amounts(read), notes(read)) == ([500, -700], [KINDS])


def test_a_direction_that_is_neither_in_nor_out_is_left_out(app):
    read = csv(
        "ID,Status,Direction,Created on,Finished on,Source fee amount,Source amount (after fees),Source currency",
        "T-1,COMPLETED,IN,2026-07-04,2026-07-05,0.00,25.00,GBP",
        "T-2,COMPLETED,OUT,2026-07-05,2026-07-07,0.55,10.00,GBP",
        "T-3,COMPLETED,NEUTRAL,2026-07-06,2026-07-06,0.00,10.00,GBP",
        "T-4,COMPLETED,IN,2026-07-06,2026-07-06,0,9.00,EUR",
    )  # fmt: skip
    assert amounts(read) == [2500, -1000, -55]
    assert days(read)[:2] == [date(2026, 7, 5), date(2026, 7, 7)]
    assert [(row.reason, row.word) for row in read.left_out] == [(NO_WAY, "NEUTRAL"), (CURRENCY, "EUR")]


def test_without_headings_an_account_number_is_no_amount(app):
    marked = csv(
        "05/07/2026,16-58-10,12345678,25.00,CR,A REES,125.00", "06/07/2026,16-58-10,12345678,10.00,DR,PRINTER,115.00"
    )
    assert (amounts(marked), marked.closing) == ([2500, -1000], Money(11_500, "gbp"))
    tabs = csv("123456789\tEUR\t20260705\t100,00\t125,00\t20260705\t25,00\tA REES",
               "123456789\tEUR\t20260706\t125,00\t115,00\t20260706\t-10,00\tPRINTER", currency="eur")  # fmt: skip
    assert (amounts(tabs), tabs.opening, tabs.closing) == ([2500, -1000], Money(10_000, "eur"), Money(11_500, "eur"))


def test_an_account_above_the_table_is_the_files_own_and_payers_accounts_are_not(app):
    rows = (
        '"Girokonto";"DE02120300000000202051"', '"Kontostand vom 07.07.2026:";"1.115,50 €"', '""',
        '"Buchungsdatum";"Wertstellung";"Status";"Verwendungszweck";"IBAN";"Betrag (€)"',
        '"06.07.26";"06.07.26";"Gebucht";"RE 7";"DE89370400440532013000";"-10"',
        '"05.07.26";"05.07.26";"Gebucht";"Dach";"DE02500105170137075030";"1.025,5"',
        '"07.07.26";"";"Vorgemerkt";"X";"";"-3,20"',
    )  # fmt: skip
    read = csv(*rows, currency="eur", last_digits="2051")
    assert (amounts(read), reasons(read)) == ([-1000, 102_550], [PENDING])
    with pytest.raises(NotReadable, match="other-account"):
        csv(*rows, currency="eur", last_digits="3000")


@pytest.mark.parametrize(
    "headings",
    ["Money in,Money out", "Amount incoming,Amount outgoing", "Credits,Debits", "Haben,Soll", "Crédit,Débit", "In,Out"],
)  # fmt: skip
def test_two_columns_of_amounts_are_known_by_many_names(app, headings):
    read = csv(f"Date,Details,{headings}", "05/07/2026,A,25.00,", "06/07/2026,B,,10.00")
    assert amounts(read) == [2500, -1000]


def test_amounts_that_may_hide_their_sign_are_said_to_come_in(app):
    assert notes(csv("Date,Memo,Amount", "05/07/2026,A,25.00", "06/07/2026,B,10.00")) == [ONE_WAY]
    assert notes(csv("Date,Memo,Amount", "05/07/2026,A,25.00", "06/07/2026,B,-10.00")) == []


def test_balances_show_that_money_out_has_no_minus(app):
    read = csv("Date,Memo,Amount,Balance", "01/07/2026,A,5.00,95.00", "02/07/2026,B,7.00,88.00")
    assert (amounts(read), read.closing) == ([-500, -700], Money(8800, "gbp"))


def test_a_balance_that_contradicts_the_signs_or_leaves_a_gap_warns(app):
    body = b"Date,Memo,Amount,Balance\n01/07/2026,A,5.00,95.00\n02/07/2026,B,7.00,88.00\n"
    account = an_account(last_digits="")
    guess = detecting.read(body, account).guess
    turned = type(guess)(**{**{n: getattr(guess, n) for n in guess.__slots__}, "out_is_positive": False})
    assert notes(detecting.read(body, account, turned)) == [SIGNS]
    gap = csv(
        "Date,Memo,Amount,Balance", "01/07/2026,A,5.00,5.00", "02/07/2026,B,7.00,12.00", "03/07/2026,C,1.00,99.00"
    )
    assert (notes(gap), gap.notes[0].where, gap.closing) == ([BALANCE], "4", None)


def test_one_balance_a_day_counts_for_all_payments_of_the_day(app):
    read = csv("Date,Memo,Amount,Balance", "01/07/2026,A,5.00,", "01/07/2026,B,7.00,12.00", "02/07/2026,C,1.00,13.00")
    assert (read.opening, read.closing, notes(read)) == (Money(0, "gbp"), Money(1300, "gbp"), [])


def test_days_run_in_the_order_in_which_they_make_sense(app):
    american = csv("Date,Memo,Amount", "06/30/2025,A,1.00", "07/01/2025,B,2.00", "07/02/2025,C,3.00")
    assert days(american)[0] == date(2025, 6, 30)
    both = csv("Date,Memo,Amount", "05/12/2025,A,1.00", "06/01/2025,B,2.00", "06/02/2025,C,3.00", "06/05/2025,D,4.00")
    assert days(both) == [date(2025, 5, 12), date(2025, 6, 1), date(2025, 6, 2), date(2025, 6, 5)]


def test_unicode_without_its_mark_and_old_line_ends_are_read(app):
    body = "Date,Memo,Amount\r01/07/2026,Łucja,5.00\r"
    for encoding in ("utf-16-le", "utf-16-be", "utf-16"):
        (line,) = read_by_guess(body.encode(encoding)).lines
        assert (line.details, line.amount.minor) == ("Łucja", 500)


@pytest.mark.parametrize("name", ["leak_fitid.ofx", "leak_memo.ofx"])
def test_an_empty_field_takes_nothing_from_its_neighbours(name):
    read = case(name)
    first, second, *rest = read.lines
    assert (first.amount.minor, first.payer, first.details) == (2500, "A DONOR", "")
    assert first.bank_id == (None if name == "leak_fitid.ofx" else "1")
    assert (second.payer, second.details, second.bank_id) == ("B DONOR", "REF GIFT-B", "2")
    assert [line.bank_id for line in rest] == [None] * len(rest)
    assert read.closing == Money(100_000, "gbp")


def test_dialects_of_ofx_are_read():
    assert amounts(case("lower.ofx")) == amounts(case("cs8859.ofx")) == [10_000]
    assert (case("empty_bal.ofx").closing, case("empty_bal.ofx").closing_on) == (None, None)
    assert case("br_memo.ofx").lines[0].details == "A DONOR - Receipt 17395 Date 23 Feb 2020 REF LANTERN"
    four = case("fourdec.ofx")
    assert (amounts(four), notes(four)) == ([2500, -350], [KINDS])
    with pytest.raises(NotReadable) as refused:
        case("dateonly_bad.ofx")
    assert (refused.value.reason, refused.value.where) == ("day", "1: 05/01/2026")


def an_ofx(*entries: str, head: str = "OFXHEADER:100\nCHARSET:1252\n\n", account: str = "90001234") -> bytes:
    inside = "".join(f"<STMTTRN>{entry}</STMTTRN>" for entry in entries)
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>GBP<BANKACCTFROM><ACCTID>{account}</BANKACCTFROM>"
        f"<BANKTRANLIST>{inside}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


A_GIFT = "<TRNTYPE>CREDIT<DTPOSTED>20260705<TRNAMT>5.00<FITID>{}<NAME>Café"


def test_several_documents_in_one_file_are_one_statement():
    body = an_ofx(A_GIFT.format(1)) + an_ofx(A_GIFT.format(2))
    assert [line.bank_id for line in read_by_guess(body).lines] == ["1", "2"]
    with pytest.raises(NotReadable, match="several-accounts"):
        read_by_guess(an_ofx(A_GIFT.format(1)) + an_ofx(A_GIFT.format(2), account="5"), last_digits="")


@pytest.mark.parametrize("head", ["", "OFXHEADER:100\nCHARSET:1252\n\n", "OFXHEADER:100\nCHARSET:NONSENSE\n", "\ufeff"])
def test_a_missing_or_false_header_changes_no_letter(head):
    assert read_by_guess(an_ofx(A_GIFT.format(1), head=head)).lines[0].payer == "Café"
    windows = an_ofx(A_GIFT.format(1), head=head).decode().encode("cp1252", errors="ignore")
    assert read_by_guess(windows).lines[0].payer == "Café"


def test_what_is_pending_corrected_or_in_another_currency_in_ofx_is_left_out():
    read = read_by_guess(
        an_ofx(
            A_GIFT.format(1), A_GIFT.format(2).replace("CREDIT", "HOLD"), A_GIFT.format(3) + "<CORRECTACTION>DELETE",
            A_GIFT.format(4) + "<CURRENCY><CURRATE>1.2<CURSYM>USD</CURRENCY>",
            A_GIFT.format(5) + "<ORIGCURRENCY><CURRATE>1.2<CURSYM>USD</ORIGCURRENCY>",
        )
    )  # fmt: skip
    assert [line.bank_id for line in read.lines] == ["1", "5"]
    assert reasons(read) == [PENDING, CORRECTION, CURRENCY]


def test_entries_that_run_into_one_another_are_refused():
    with pytest.raises(NotReadable, match="broken"):
        read_by_guess(an_ofx(A_GIFT.format(1) + "<STMTTRN>" + A_GIFT.format(2)))
    with pytest.raises(NotReadable, match="broken"):
        read_by_guess(an_ofx(A_GIFT.format(1) + A_GIFT.format(2)))


def test_camt_is_read_with_its_words_and_references():
    assert amounts(case("dec5.camt053.xml")) == [2500]
    assert case("dec5.camt053.xml").closing == Money(546_709, "gbp")
    assert amounts(case("leadzero.camt053.xml")) == [520_296]
    assert days(case("nobooking.camt053.xml")) == [date(2026, 1, 6)]
    assert case("addtltxinf.camt053.xml").lines[0].details == "REF LANTERN-7F2K A DONOR"
    (line,) = case("refs_only.camt053.xml").lines
    assert (line.payer, line.bank_id) == ("ULT DONOR", "TX1")
    assert set(line.details.split()) == {"M1", "T1", "I1", "GB29NWBK60161331926819"}


def test_a_batch_is_one_line_that_knows_its_parts():
    (line,) = case("batch.camt053.xml").lines
    assert line.amount == Money(7500, "gbp")
    parts = [(part.amount.minor, part.payer, part.details) for part in line.parts]
    assert parts == [(2500, "A Rees", "roof"), (3000, "T Ashworth", "dues"), (2000, "L Okon", "gift")]


def test_parts_that_do_not_come_to_the_line_are_not_its_parts():
    body = (CASES / "batch.camt053.xml").read_text().replace(">20.00<", ">19.00<")
    assert read_by_guess(body.encode()).lines[0].parts == ()


def test_payments_that_are_not_the_difference_between_balances_warn():
    body = (CASES / "batch.camt053.xml").read_text().replace(">175.00<", ">180.00<")
    read = read_by_guess(body.encode())
    assert [(note.kind, note.amount) for note in read.notes] == [(SUM, Money(500, "gbp"))]


def test_a_returned_payment_names_the_giver():
    body = (CASES / "dec5.camt053.xml").read_text()
    sides = "<RltdPties><Dbtr><Nm>A DONOR</Nm></Dbtr><Cdtr><Nm>THE LANTERN</Nm></Cdtr></RltdPties>"
    returned = body.replace("<RltdPties><Dbtr><Nm>A DONOR</Nm></Dbtr></RltdPties>", f"{sides}<RtrInf/>")
    entry = returned.replace(
        '<Ntry><Amt Ccy="GBP">25.00000</Amt><CdtDbtInd>CRDT', '<Ntry><Amt Ccy="GBP">25.00</Amt><CdtDbtInd>DBIT'
    )
    (line,) = read_by_guess(entry.encode(), last_digits="").lines
    assert (line.amount.minor, line.payer) == (-2500, "A DONOR")


def test_an_entry_that_says_neither_in_nor_out_is_refused():
    body = (CASES / "nobooking.camt053.xml").read_text().replace("<CdtDbtInd>CRDT</CdtDbtInd>", "")
    with pytest.raises(NotReadable, match="amount"):
        read_by_guess(body.encode(), last_digits="")


def test_a_false_encoding_in_xml_changes_no_letter():
    body = (CASES / "dec5.camt053.xml").read_text().replace("A DONOR", "Café Müller")
    assert read_by_guess(body.encode("cp1252"), last_digits="").lines[0].payer == "Café Müller"


def test_mt940_is_read_with_its_balances():
    abn, rabo = (case(name, currency="eur") for name in ("abn.sta", "rabo.sta"))
    assert (amounts(abn), abn.opening, abn.closing) == ([-5000], Money(559_529, "eur"), Money(554_529, "eur"))
    assert (amounts(rabo), rabo.closing, rabo.last_digits) == ([-40_000], Money(403_352, "eur"), "3393")
    with pytest.raises(NotReadable, match="other-currency"):
        case("abn.sta")
    with pytest.raises(NotReadable, match="other-account"):
        case("abn.sta", currency="eur", last_digits="9999")


def an_mt940(*fields: str, closing: str = "C260708EUR112,50", account: str = "20050550/1234567890") -> bytes:
    head = (":20:STARTUMSE", f":25:{account}", ":28C:1/1", ":60F:C260703EUR100,00")
    return "\r\n".join([*head, *fields, f":62F:{closing}", "-", ""]).encode()


def test_a_reversed_credit_goes_out_and_a_reversed_debit_comes_in():
    read = read_by_guess(
        an_mt940(
            ":61:2607060707CR25,NMSCNONREF//POS 1",
            ":86:166?00GUTSCHRIFT?20SVWZ+Dach fuer die?21 Halle?31DE89370400440532013000?32A REES",
            ":61:2607070707RC5,00N062NONREF", ":61:2607070707RD3,00N062NONREF",
            ":61:2607080708D10,5NCHGABC123//BR9", ":86:/TRTP/SEPA/NAME/T ASHWORTH/REMI/dues", "2026/EREF/77",
            ":61:2607080708ED99,00NMSC",
        ),
        currency="eur", last_digits="7890",
    )  # fmt: skip
    assert (amounts(read), reasons(read), notes(read)) == ([2500, -500, 300, -1050], [PENDING], [])
    assert days(read)[0] == date(2026, 7, 7)
    first, last = read.lines[0], read.lines[-1]
    assert (first.payer, first.bank_id) == ("A REES", "POS 1")
    assert first.details == "GUTSCHRIFT SVWZ+Dach fuer die Halle DE89370400440532013000"
    assert (last.payer, last.details, last.bank_id) == ("T ASHWORTH", "SEPA T ASHWORTH dues2026 77 ABC123", "BR9")


def test_mt940_of_no_day_cut_off_or_of_several_accounts_is_refused():
    payment = ":61:260230C1,00NMSC"
    for body, reason in (
        (an_mt940(payment), "day"),
        (an_mt940(":61:garbage"), "broken"),
        (an_mt940(":61:260706C12,50NMSC").partition(b":62F:")[0], "broken"),
        (an_mt940(":61:260706C12,50NMSC") + an_mt940(":61:260706C12,50NMSC", account="5"), "several-accounts"),
    ):
        with pytest.raises(NotReadable) as refused:
            read_by_guess(body, currency="eur", last_digits="")
        assert refused.value.reason == reason
    ours = an_mt940(":61:260706C12,50NMSC") + an_mt940(":61:260706C12,50NMSC", account="5")
    assert amounts(read_by_guess(ours, currency="eur", last_digits="7890")) == [1250]


def test_the_booking_day_of_the_new_year_is_in_the_new_year():
    read = read_by_guess(an_mt940(":61:2512310102C12,50NMSC"), currency="eur", last_digits="")
    assert days(read) == [date(2026, 1, 2)]


def test_qif_is_read_in_the_one_order_that_fits_its_days():
    (line,) = case("account.qif").lines
    assert (line.day, line.amount.minor, line.payer) == (date(2026, 1, 5), 2500, "A DONOR")
    body = b"!Type:Bank\r\nD13/01'26\r\nT-1.250,00\r\nPPRINTER\r\nMroof\r\n^\r\nD 1/ 2'26\r\nT5,00\r\nPB\r\n^\r\n"
    read = read_by_guess(body, last_digits="")
    assert (days(read), amounts(read)) == ([date(2026, 1, 13), date(2026, 2, 1)], [-125_000, 500])
    american = read_by_guess(b"!Type:Bank\nD1/13/26\nT1.00\nPA\n^\nD2/1/26\nT2.00\nPB\n^\n", last_digits="")
    assert days(american) == [date(2026, 1, 13), date(2026, 2, 1)]


def test_qif_that_holds_a_balance_no_day_or_several_accounts_takes_nothing_in_wrongly():
    opening = "!Type:Bank\nD01/02/26\nT900.00\nPOpening Balance\n^\nD02/02/26\nT5.00\nPA\n^\nT7.00\nPB\n^\n"
    read = read_by_guess(opening.encode(), last_digits="")
    assert (amounts(read), reasons(read)) == ([500], [NOTHING, NO_DAY])
    one = "!Account\nN{}\nTBank\n^\n!Type:Bank\nD02/02/26\nT5.00\nPA\n^\n"
    for body, reason in (
        (one.format("Current") + one.format("Savings"), "several-accounts"),
        ("!Type:Bank\nDsome day\nT5.00\n^\n", "day"),
        ("!Type:Bank\nD02/02/26\nT5.0", "broken"),
        ("!Type:Invst\nD02/02/26\nT5.00\n^\n", "no-payments"),
    ):
        with pytest.raises(NotReadable) as refused:
            read_by_guess(body.encode(), last_digits="")
        assert refused.value.reason == reason


def test_every_file_that_people_brought_is_read_or_refused_in_words(app):
    if not SHARED.is_dir():
        pytest.skip(f"no shared cases at {SHARED}")
    for path in sorted(SHARED.iterdir()):
        for currency in ("gbp", "eur"):
            with contextlib.suppress(NotReadable):
                assert read_by_guess(path.read_bytes(), currency=currency, last_digits="").lines


def test_a_statement_that_a_file_holds_twice_counts_once():
    for body in (an_ofx(A_GIFT.format("")), an_mt940(":61:260706C12,50NMSC")):
        currency = "gbp" if b"OFX" in body else "eur"
        read = read_by_guess(body + body, currency=currency, last_digits="")
        assert (len(read.lines), reasons(read)) == (1, [TWICE])
    xml = (CASES / "nobooking.camt053.xml").read_text()
    statement = xml[xml.index("<Stmt>") : xml.index("</BkToCstmrStmt>")]
    read = read_by_guess(xml.replace(statement, statement * 2).encode(), last_digits="")
    assert (len(read.lines), reasons(read)) == (1, [TWICE])


def test_savings_and_pockets_beside_an_account_are_left_out_and_accounts_by_name_are_refused(app):
    rows = "Type,{},Completed Date,Description,Amount", "Topup,{},2026-07-05,A,5.00", "Topup,{},2026-07-06,B,7.00"
    products = [row.format(each) for row, each in zip(rows, ("Product", "Current", "Savings"), strict=True)]
    read = csv(*products)
    assert (amounts(read), [(row.reason, row.word) for row in read.left_out]) == ([500], [(ACCOUNT, "Savings")])
    with pytest.raises(NotReadable, match="several-accounts"):
        csv(*[row.format(each) for row, each in zip(rows, ("Account Name", "Main", "Strike fund"), strict=True)])


def test_a_kind_that_says_that_nothing_is_booked_is_left_out(app):
    read = csv("Date,Type,Memo,Amount", "05/07/2026,FPI,A,5.00", "06/07/2026,Declined,B,7.00", "06/07/2026,DD,C,-1.00")
    assert (amounts(read), reasons(read)) == ([500, -100], [NOT_DONE])


def test_one_letter_that_was_cut_does_not_change_all_the_others(app):
    body = "Date,Memo,Amount\n05/07/2026,Łucja Okoń,£5.00\n06/07/2026,Müller,£7.00\n".encode().replace(b"ck", b"")
    read = read_by_guess(body.replace("ü".encode(), b"\xc3"))
    assert (read.lines[0].details, amounts(read)) == ("Łucja Okoń", [500, 700])


def a_zip(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "Date,Amount\n")
    return packed.getvalue()


WRONG = (
    ("a packed statement", a_zip("july.csv"), "archive"),
    ("two packed statements", a_zip("july.pdf", "june.pdf"), "archive"),
    ("a workbook", a_zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), "spreadsheet"),
    ("an open workbook", a_zip("mimetype", "content.xml", "META-INF/manifest.xml"), "spreadsheet"),
    ("a document", a_zip("[Content_Types].xml", "word/document.xml"), "document"),
    ("a workbook as XML", b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "spreadsheet"),
    ("a page to sign in at", b"<!doctype html><input type='password'><table><td>x</td></table>", "sign-in"),
    ("a lapsed session", b"<html><body>Your session has expired. Please log in again.", "sign-in"),
    ("any page", "<html><body>Our rates".encode("utf-16"), "web-page"),
    ("a table from a page", (CASES / "html_table.xls").read_bytes(), "html-table"),
    ("a list", (CASES / "list.txt").read_bytes(), "list"),
    ("JSON", b'{"transactions": [{"amount": 5}]}', "json"),
    ("gzip", b"\x1f\x8b\x08\x00rest", "archive"),
    ("spaces", "\ufeff \n".encode("utf-16"), "empty"),
)  # fmt: skip


@pytest.mark.parametrize(("body", "reason"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_is_no_statement_is_named_for_what_it_is(app, body, reason):
    with pytest.raises(NotReadable) as refused:
        read_by_guess(body)
    assert refused.value.reason == reason
    with app.test_request_context():
        assert "not a bank statement in a format" not in bank_words.wrong_with(refused.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"x" + b"\n" * 300_000, "too-large"),
        (b"01/07/2026,5.00" + b"," * 10_000, "no-table"),
        (b"<OFX>" + b"<MEMO>" * 100_000 + b"</OFX>", "broken"),
        (b"<OFX>" + b"<![CDATA[" * 100_000, "broken"),
    ],
)
def test_what_would_take_for_ever_to_read_is_refused_at_once(body, reason):
    with pytest.raises(NotReadable, match=reason):
        read_by_guess(body)


def test_words_in_a_section_of_their_own_are_words():
    read = read_by_guess(an_ofx(A_GIFT.format(1).replace("Café", "<![CDATA[A & B <of> the roof]]>")))
    assert read.lines[0].payer == "A & B <of> the roof"


def said(read: ReadFile) -> list[tuple[int, str, str]]:
    return [(line.amount.minor, line.payer, line.details) for line in read.lines]


def test_money_that_is_held_and_released_again_moves_nothing_either_time(app):
    read = case("held_and_released.csv")
    assert amounts(read) == [2500, -93]
    assert [row.word for row in read.left_out] == [
        "Payment Hold", "Payment Release", "Pending", "USD", "Denied", "Memo"
    ]  # fmt: skip
    assert (read.closing, notes(read)) == (Money(2407, "gbp"), [FEES])


def test_what_went_out_names_who_got_it_and_not_the_accounts_own_holder(app):
    read = case("payer_and_payee.csv", currency="eur")
    assert said(read) == [(2500, "Anna Müller", "Spende"), (-108_420, "Stadtwerke", "Strom")]
    assert reasons(read) == [PENDING]
    assert said(case("wise_transfers.csv")) == [
        (5000, "Ada Byron", "PRESS"), (-9957, "T Hale", "INV"), (-43, "", "Source fee amount T Hale INV")
    ]  # fmt: skip
    wise = case("wise.csv")
    assert [line.payer for line in wise.lines] == ["T Hale", "Ada Byron", ""]
    # The amount contains the fee already, as the balances say.
    assert (amounts(wise), wise.closing, notes(wise)) == ([-10_150, 25_000, -2000], Money(139_850, "gbp"), [])


def test_money_in_and_out_is_found_under_swiss_and_french_headings(app):
    read = case("swiss.csv", currency="chf")
    assert (amounts(read), read.opening) == ([125_000, -90_000], Money(190_000, "chf"))
    francs = case("euros_and_francs.csv", currency="eur", last_digits="020")
    assert amounts(francs) == [2500, -8420]
    assert amounts(case("sparkasse.csv", currency="eur")) == [2500, -108_420]


def test_a_row_whose_amount_stands_in_a_column_that_is_not_read_says_so(app):
    rows = ("Date,Text,Amount,Corrections", "06/07/2026,BT,-10.00,", "07/07/2026,REFUND,,4.00")
    read = csv(*rows)
    assert amounts(read) == [-1000]
    assert reasons(read) == [UNREAD]
    assert "a column that is not read" in bank_words.left_out(read.left_out[0])


def test_the_currency_of_the_payment_counts_and_not_that_of_the_shop_or_of_the_fee(app):
    read = case("payment_currency.csv")
    assert amounts(read) == [5000, -4000, -20]
    assert [(row.reason, row.word) for row in read.left_out] == [(NOT_DONE, "REVERTED"), (CURRENCY, "EUR")]


def test_what_stripe_reports_itself_is_no_bank_statement(app):
    with pytest.raises(NotReadable) as refused:
        case("stripe_balance.csv")
    assert refused.value.reason == "stripe"
    assert "Money held by Stripe is already in the books." in bank_words.wrong_with(refused.value)


def test_headings_that_stand_once_more_in_a_file_put_together_are_no_payment(app):
    heading = "Date,Description,Debit,Credit,Balance"
    read = csv(heading, "06/07/2026,BT,10.00,,1000.00", heading, "07/07/2026,ADA,,25.00,1025.00")
    assert amounts(read) == [-1000, 2500]
    assert reasons(read) == [NOTHING]


def test_the_apostrophe_before_every_word_of_a_column_is_no_part_of_the_words(app):
    heading = "Date,Description,Value"
    read = csv(heading, "06/07/2026,'BT GROUP,-10.00", '07/07/2026,"\'ADA, PRESS",25.00')
    assert [line.details for line in read.lines] == ["BT GROUP", "ADA, PRESS"]
    kept = csv(heading, "06/07/2026,'t Hooft,10.00", "07/07/2026,ADA,25.00")
    assert [line.details for line in kept.lines] == ["'t Hooft", "ADA"]


def test_a_tax_or_a_tip_is_never_the_amount_and_the_day_of_booking_comes_before_the_value_day(app):
    read = csv("Date,Description,Tax Amount,Tip amount,Total", "07/07/2026,A,0.10,0.20,5.00")
    assert amounts(read) == [500]
    swiss = csv("Booked At;Text;Credit/Debit Amount;Valuta Date", "2026-07-07;A;25.00;2026-07-09")
    assert days(swiss) == [date(2026, 7, 7)]


def test_mt940_of_the_netherlands_names_the_other_side_and_an_interim_report_is_refused(app):
    read = case("ing.sta", currency="eur")
    assert said(read) == [(2500, "Anna Jansen", "GIFT PRESS /TRCD/00100/"), (-1000, "Energie BV", "JULI")]
    assert (read.opening, read.closing) == (Money(10_000, "eur"), Money(11_500, "eur"))
    interim = (
        ":20:X\n:25:DE89370400440532011234\n:28C:1\n:34F:EUR0,\n:61:2607070707C25,00NTRFNONREF\n:90C:1EUR25,00\n-\n"
    )
    with pytest.raises(NotReadable, match="not-a-statement"):
        read_by_guess(interim.encode(), currency="eur", last_digits="")
