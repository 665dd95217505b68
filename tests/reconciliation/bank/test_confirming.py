"""What the bank's lines are: confirmed by a person, posted once, undone by reversal; the bank and the books agree."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app import clock
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.bank import account as bank_account
from app.bank import booking, taking_in
from app.bank.account import ledger_code
from app.bank.booking import CHARGE, INTEREST, SPENDING, UNIDENTIFIED, BookedAlready
from app.bank.formats.contents import ReadFile, ReadLine, ReadPart
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations import by_hand
from app.donations.donation import BANK_TRANSFER, Donation
from app.donations.exports import table as exports_table
from app.ledger import posting, reversing, verifying
from app.money import Money
from app.offline import cheques, corrections, expected, paying_in, standing_orders
from app.reconciliation import daily_statement, treasurer_mails
from app.reconciliation.bank import balance, confirming
from app.reconciliation.bank import expected as bank_expected
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected, PartGift, WrongWay
from app.reconciliation.exceptions import bank as exceptions_bank
from app.reconciliation.exceptions.exception import BookException
from app.services import services
from app.subject import Subject
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, a_count, state_of

TODAY = clock.today()
both = pytest.mark.both_databases


@pytest.fixture
def bank(app):
    return a_bank_account()


def the_statement(bank, *lines, closing=None):
    """Lines that the bank shows: (minor units, what it says) each, or with a number of days ago; their references."""
    read = ReadFile(
        "csv",
        [
            ReadLine(number, TODAY - timedelta(days=days[0] if days else 0), Money(minor, bank.currency), said)
            for number, (minor, said, *days) in enumerate(lines)
        ],
        closing=Money(closing, bank.currency) if closing is not None else None,
    )
    with writing():
        taking_in.take_in(bank, read, repr(lines).encode(), "ada")
    rows = db.session.scalars(select(BankLine).order_by(BankLine.id.desc()).limit(len(lines))).all()
    return [line.reference for line in reversed(rows)]


def a_payout(name="po_1", minor=9800):
    """What has left Stripe for the bank."""
    stripe, transit = "assets:stripe", "assets:in-transit"
    ends = (stripe, transit) if minor > 0 else (transit, stripe)
    posting.post(
        f"stripe:txn_{name}:payout", [posting.Line(*ends, Money(abs(minor), "gbp"))], kind="payout",
        subject=f"payout:{name}", memo="payout to the bank", occurred_at=clock.now(), recorded_by="stripe",
    )  # fmt: skip


def expected_now():
    return {each.key: each.amount.minor for each in bank_expected.items()}


def balances():
    rows = db.session.execute(text("SELECT account, sum(amount_minor) FROM ledger_lines GROUP BY account")).all()
    return {
        code: int(minor) for code, minor in rows if int(minor) and not code.startswith(("assets:stripe", "income:a"))
    }


def confirm(lines, *keys):
    with writing():
        confirming.confirm(lines if isinstance(lines, list) else [lines], keys, "ada")


def test_a_payouts_line_is_never_income(bank):
    with writing():
        a_payout()
    (line,) = the_statement(bank, (9800, "STRIPE"))
    confirm(line, "payout|payout:po_1")
    assert balances() == {"assets:bank:gbp": 9800}
    assert expected_now() == {"payout-back|payout:po_1": -9800}
    assert daily_statement.of(TODAY).in_transit == []
    entry = db.session.execute(text("SELECT source, kind, subject FROM entries ORDER BY id DESC")).first()
    assert tuple(entry) == (f"bank:{line}", "banked", "payout:po_1")


def test_a_payout_that_the_bank_sends_back_is_on_its_way_again(bank):
    with writing():
        a_payout()
    there, back = the_statement(bank, (9800, "STRIPE"), (-9800, "STRIPE RETURNED"))
    confirm(there, "payout|payout:po_1")
    confirm(back, "payout-back|payout:po_1")
    assert balances() == {"assets:in-transit:gbp": 9800}
    assert expected_now() == {"payout|payout:po_1": 9800}


def test_a_negative_payout_leaves_the_bank(bank):
    with writing():
        a_payout(minor=-1200)
    (line,) = the_statement(bank, (-1200, "STRIPE"))
    confirm(line, "payout|payout:po_1")
    assert balances() == {"assets:bank:gbp": -1200}
    assert expected_now() == {}


def test_two_payouts_may_be_one_line_and_one_payout_two(bank):
    with writing():
        a_payout("po_1", 1000)
        a_payout("po_2", 2000)
        a_payout("po_3", 5000)
    both, half, other_half = the_statement(bank, (3000, "STRIPE"), (2400, "STRIPE"), (2600, "STRIPE"))
    confirm(both, "payout|payout:po_1", "payout|payout:po_2")
    confirm([half, other_half], "payout|payout:po_3")
    assert balances() == {"assets:bank:gbp": 8000}
    assert bank_expected.in_transit() == {}


@both
def test_cash_and_cheques_of_one_slip_are_one_line(bank):
    appeal = an_appeal()
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    with writing():
        paying_in.pay_in([sheet], [cheque], "S-417", TODAY)
    (line,) = the_statement(bank, (3800, "CREDIT S-417"))
    confirm(line, *expected_now())
    assert balances() == {"assets:bank:gbp": 3800}
    assert raised_by(appeal) == 3800
    assert by_hand.of(again(cheque)).bank_line == f"bank:{line}"
    with writing():
        confirming.undo(line, "ada")
    assert balances() == {"assets:cash:gbp": 1300, "assets:cheques:gbp": 2500}
    assert len(expected_now()) == 2
    confirm(line, *expected_now())
    assert by_hand.of(again(cheque)).bank_line == f"bank:{line}:2"
    assert balances() == {"assets:bank:gbp": 3800}


def test_a_cheque_that_comes_back_is_bounced_and_stays_so(bank):
    cheque = a_cheque(an_appeal())
    with writing():
        paying_in.pay_in([], [cheque], "S-417", TODAY)
    there, back = the_statement(bank, (2500, "CREDIT"), (-2500, "UNPAID CHEQUE"))
    confirm(there, f"cheque|donation:{cheque.reference}")
    confirm(back, f"bounced|donation:{cheque.reference}")
    assert balances() == {}
    assert state_of(cheque) == "bounced"
    with pytest.raises(corrections.StaysBounced), writing():
        confirming.undo(back, "ada")


def a_batch(bank, *minors):
    """A line that the bank made of payments of these sums, each by a giver of its own; its reference."""
    parts = tuple(ReadPart(Money(minor, "gbp"), f"Giver {minor}", f"said {minor}") for minor in minors)
    line = ReadLine(1, TODAY, Money(sum(minors), "gbp"), "BATCH", parts=parts)
    with writing():
        taking_in.take_in(bank, ReadFile("camt.053", [line]), repr(minors).encode(), "ada")
    return db.session.scalars(select(BankLine.reference).order_by(BankLine.id.desc())).first()


@both
def test_a_batch_becomes_as_many_gifts_each_with_its_name_and_sum_and_is_undone_whole(bank):
    roof, dues = an_appeal(), an_appeal("dues")
    reference = a_batch(bank, 2500, 3000, 2000)
    gifts = [PartGift(1, roof), PartGift(2, dues, "T Ashworth"), PartGift(3, roof)]
    with writing():
        confirming.receive_parts(reference, gifts, "ada")
    donations = db.session.scalars(select(Donation).order_by(Donation.amount_minor)).all()
    made = [(each.name, each.amount.minor, each.appeal_id) for each in donations]
    assert made == [("Giver 2000", 2000, roof.id), ("Giver 2500", 2500, roof.id), ("T Ashworth", 3000, dues.id)]
    assert (raised_by(roof), raised_by(dues)) == (4500, 3000)
    agreement = balance.of(bank)
    assert (agreement.difference.minor, agreement.waiting_count, agreement.entries) == (0, 0, [])
    with pytest.raises(BookedAlready), writing():
        confirming.receive_parts(reference, gifts, "ada")
    with writing():
        confirming.undo(reference, "ada")
    assert (raised_by(roof), raised_by(dues), balances()) == (0, 0, {})
    assert [state_of(each) for each in donations] == ["reversed"] * 3
    with writing():
        confirming.receive_parts(reference, [PartGift(each, roof) for each in (1, 2, 3)], "ada")
    assert raised_by(roof) == 7500
    assert verifying.faults() == []


def test_a_batch_is_booked_whole_or_not_at_all(bank):
    appeal, reference = an_appeal(), a_batch(bank, 2500, 3000)
    for gifts in (
        [],
        [PartGift(1, appeal)],
        [PartGift(1, appeal), PartGift(1, appeal)],
        [PartGift(1, appeal), PartGift(3, appeal)],
    ):
        with pytest.raises(DoesNotFit), writing():
            confirming.receive_parts(reference, gifts, "ada")
    assert balances() == {}


def test_of_cheques_that_one_line_takes_back_the_export_says_that_nothing_is_kept(bank):
    appeal = an_appeal()
    made = [a_cheque(appeal, minor, submission=f"gift-{minor}") for minor in (2500, 1300)]
    with writing():
        paying_in.pay_in([], made, "S-417", TODAY)
    there, back = the_statement(bank, (3800, "CREDIT"), (-3800, "UNPAID CHEQUES"))
    confirm(there, *(f"cheque|donation:{cheque.reference}" for cheque in made))
    confirm(back, *(f"bounced|donation:{cheque.reference}" for cheque in made))
    wanted = exports_table.ExportFilter(TODAY, TODAY)
    with db.engine.connect() as connection:
        table = exports_table.donation_table(connection, wanted, [], names=False)
        said = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        assert sorted((row["amount"], row["kept"]) for row in said) == [("13.00", "0.00"), ("25.00", "0.00")]


def again(donation):
    db.session.rollback()
    return db.session.scalars(
        select(Donation).where(Donation.id == donation.id).execution_options(populate_existing=True)
    ).one()


def raised_by(appeal):
    return raised.by(db.session.get_one(Appeal, appeal.id)).amount.minor


def test_a_standing_order_is_a_gift_on_the_account_where_it_came(bank):
    appeal, second = an_appeal(), a_bank_account("Strike fund")
    with writing():
        order = an_order(appeal)
    (line,) = the_statement(second, (1000, "OKON L PRESSFUND"))
    confirm(line, f"standing-order|standing-order:{order.reference}")
    assert balances() == {"assets:bank:strike-fund:gbp": 1000}
    assert raised_by(appeal) == 1000
    assert expected_now() == {}
    with writing():
        confirming.undo(line, "ada")
    assert raised_by(appeal) == 0
    assert list(expected_now().values()) == [1000]


def an_order(appeal):
    promise = standing_orders.Promise(Money(1000, "gbp"), TODAY.day, TODAY, "Łucja Okoń", "PRESSFUND")
    return standing_orders.expect(appeal, promise)


def test_an_unexpected_transfer_is_a_gift_at_once(bank):
    appeal = an_appeal()
    (line,) = the_statement(bank, (2500, "T ASHWORTH GOOD LUCK"))
    with writing():
        confirming.receive(line, appeal, "ada", payer="T Ashworth")
    (donation,) = db.session.scalars(select(Donation))
    assert (donation.method, donation.name, donation.amount.minor) == (BANK_TRANSFER, "T Ashworth", 2500)
    assert (balances(), raised_by(appeal)) == ({"assets:bank:gbp": 2500}, 2500)
    with writing():
        confirming.undo(line, "ada")
    assert (balances(), raised_by(appeal)) == ({}, 0)
    assert verifying.faults() == []


@both
def test_unknown_money_waits_with_its_age_until_it_is_claimed(bank):
    appeal = an_appeal()
    (line,) = the_statement(bank, (70_000, "REF 8812", 12))
    with writing():
        confirming.otherwise(line, UNIDENTIFIED, "ada")
    assert balances() == {"assets:bank:gbp": 70_000, "liabilities:unidentified:gbp": -70_000}
    since = TODAY - timedelta(days=12)
    assert exceptions_bank.unidentified(10) == [
        BookException("unidentified money", line, f"£700.00 since {since}, 12 days")
    ]
    with writing():
        confirming.claim(line, appeal, "ada", payer="T Ashworth")
    assert (balances(), raised_by(appeal)) == ({"assets:bank:gbp": 70_000}, 70_000)
    assert exceptions_bank.unidentified(10) == []
    with pytest.raises(NotExpected), writing():
        confirming.claim(line, appeal, "ada")
    # A mistake is undone a step at a time: first the claim, then that it was unidentified.
    for waiting in (1, 0):
        with writing():
            confirming.undo(line, "ada")
        assert len(exceptions_bank.unidentified(10)) == waiting
    assert (balances(), raised_by(appeal)) == ({}, 0)
    with writing():
        confirming.otherwise(line, UNIDENTIFIED, "ada")
        confirming.claim(line, appeal, "ada")
    assert raised_by(appeal) == 70_000


def test_unknown_money_may_be_sent_back(bank):
    came, went = the_statement(bank, (70_000, "REF 8812", 12), (-70_000, "RETURN"))
    with writing():
        confirming.otherwise(came, UNIDENTIFIED, "ada")
    confirm(went, f"unidentified|bank-line:{came}")
    assert (balances(), exceptions_bank.unidentified(10)) == ({}, [])
    with pytest.raises(confirming.ClaimedSince), writing():
        confirming.undo(came, "ada")


def test_the_banks_own_charges_interest_and_spending_are_booked_each_its_own_way(bank):
    charge, interest, rent = the_statement(bank, (-650, "CHARGES"), (12, "INTEREST"), (-30_000, "RENT"))
    with writing():
        confirming.otherwise(charge, CHARGE, "ada")
        confirming.otherwise(interest, INTEREST, "ada")
        confirming.otherwise(rent, SPENDING, "ada")
    assert balances() == {
        "assets:bank:gbp": -30_638, "expenses:bank-charges:gbp": 650, "income:interest:gbp": -12,
        "expenses:other:gbp": 30_000,
    }  # fmt: skip


def test_what_does_not_fit_or_is_stale_books_nothing(bank):
    with writing():
        a_payout()
    appeal = an_appeal()
    line, other, out = the_statement(bank, (9800, "STRIPE"), (9900, "STRIPE"), (-500, "X"))
    before = balances()
    for refused, references, keys in (
        (DoesNotFit, [other], ["payout|payout:po_1"]),
        (DoesNotFit, [line, other], ["payout|payout:po_1"]),
        (NotExpected, [line], ["payout|payout:po_2"]),
        (NotExpected, [line], []),
        (NotExpected, [line], ["payout|payout:po_1", "payout|payout:po_1"]),
        (LookupError, ["no such line"], ["payout|payout:po_1"]),
    ):
        with pytest.raises(refused), writing():
            confirming.confirm(references, keys, "ada")
    for way, refused in ((lambda: confirming.receive(out, appeal, "ada"), WrongWay),
                         (lambda: confirming.otherwise(out, UNIDENTIFIED, "ada"), WrongWay),
                         (lambda: confirming.undo(line, "ada"), booking.NotBooked)):  # fmt: skip
        with pytest.raises(refused), writing():
            way()
    assert balances() == before
    confirm(line, "payout|payout:po_1")
    with pytest.raises(booking.BookedAlready):
        confirm(line, "payout|payout:po_1")


@both
def test_the_bank_and_the_books_agree_once_every_line_is_matched(app, bank):
    with writing():
        a_payout()
        bank_account.begin_with(bank, Money(50_000, "gbp"), TODAY - timedelta(days=30), "ada")
    payout, charge = the_statement(bank, (9800, "STRIPE", 2), (-650, "CHARGES", 1), closing=59_150)
    found = balance.of(bank)
    assert (found.day, found.stated.minor, found.ledger.minor) == (TODAY - timedelta(days=1), 59_150, 50_000)
    assert (found.difference.minor, found.waiting.minor, found.waiting_count, found.missing.minor) == (9150, 9150, 2, 0)
    confirm(payout, "payout|payout:po_1")
    with writing():
        confirming.otherwise(charge, CHARGE, "ada")
    found = balance.of(bank)
    assert (found.difference.minor, found.waiting_count, found.entries) == (0, 0, [])
    assert exceptions_bank.lines(10) == exceptions_bank.differences() == []
    told = daily_statement.of(TODAY)
    assert [(each.difference.minor, each.day) for each in told.banks] == [(0, found.day)]
    words = " ".join(treasurer_mails.as_text(told, services(app).settings).split())
    assert "its last import Bank balance, the bank £591.50 Bank balance, our books £591.50 Difference £0.00" in words


def test_a_line_that_was_never_imported_and_an_entry_without_a_line_are_told_apart(bank):
    (line,) = the_statement(bank, (-650, "CHARGES", 1), closing=1350)
    with writing():
        confirming.otherwise(line, CHARGE, "ada")
        ends = "expenses:other", ledger_code(bank)
        posting.post(
            "manual:1", [posting.Line(*ends, Money(300, "gbp"))], kind="manual", subject="manual:1",
            memo="refund of rent", occurred_at=clock.now() - timedelta(days=2), recorded_by="ada",
        )  # fmt: skip
    found = balance.of(bank)
    assert (found.difference.minor, found.missing.minor, found.off_statement.minor) == (1700, 2000, 300)
    assert [(each.memo, each.amount.minor) for each in found.entries] == [("refund of rent", 300)]
    assert [each.kind for each in exceptions_bank.differences()] == ["bank difference"]


def test_every_line_that_waits_is_an_exception(bank):
    (line,) = the_statement(bank, (123_456, "T ASHWORTH"))
    assert exceptions_bank.lines(10) == [BookException("bank line", line, f"£1,234.56 on {TODAY}, Treasurer")]
    assert balance.of(a_bank_account("Empty")) is None


def by_hand_entry(source, ends, minor):
    """An entry from one account to another."""
    with writing():
        return posting.post(
            source, [posting.Line(*ends, Money(minor, "gbp"))], kind="manual", subject=source, memo="by hand",
            occurred_at=clock.now(), recorded_by="ada",
        ).entry_id  # fmt: skip


def test_a_line_may_be_what_was_entered_by_hand_before_and_then_posts_nothing(bank):
    entry = by_hand_entry("manual:1", (ledger_code(bank), "expenses:bank-charges"), 650)
    (line,) = the_statement(bank, (-650, "CHARGES"), closing=-650)
    assert expected_at(bank) == {f"entry|entry:{entry}": -650}
    confirm(line, f"entry|entry:{entry}")
    found = balance.of(bank)
    assert (found.difference.minor, found.off_statement.minor, expected_at(bank)) == (0, 0, {})
    with writing():
        confirming.undo(line, "ada")
    assert balances() == {"assets:bank:gbp": -650, "expenses:bank-charges:gbp": 650}
    assert list(expected_at(bank)) == [f"entry|entry:{entry}"]


def test_money_moved_between_two_accounts_is_one_entry_and_a_line_of_each(bank):
    second = a_bank_account("Strike fund")
    entry = by_hand_entry("manual:1", (ledger_code(bank), ledger_code(second)), 5000)
    (out,), (came,) = the_statement(bank, (-5000, "TO STRIKE")), the_statement(second, (5000, "FROM TREASURER"))
    for line in (out, came):
        confirm(line, f"entry|entry:{entry}")
    assert [balance.of(each).difference.minor for each in (bank, second)] == [0, 0]
    assert balances() == {"assets:bank:gbp": -5000, "assets:bank:strike-fund:gbp": 5000}


def test_an_entry_that_was_reversed_is_nothing_that_a_line_could_be(bank):
    entry = by_hand_entry("manual:1", (ledger_code(bank), "expenses:other"), 650)
    with writing():
        reversing.reverse(entry, memo="by mistake", recorded_by="ada")
    assert expected_at(bank) == {}


def expected_at(bank):
    return {each.key: each.amount.minor for each in bank_expected.items(bank)}


@both
def test_two_people_cannot_take_two_lines_for_the_same_payout(app, bank):
    with writing():
        a_payout()
    lines = the_statement(bank, (9800, "STRIPE", 1), (9800, "STRIPE", 2))
    gate = Barrier(len(lines))

    def say_so(line):
        with app.app_context():
            gate.wait(timeout=10)
            try:
                confirm(line, "payout|payout:po_1")
            except NotExpected:
                return "refused"
            finally:
                db.session.remove()
            return "booked"

    with ThreadPoolExecutor(len(lines)) as people:
        assert sorted(people.map(say_so, lines)) == ["booked", "refused"]
    db.session.rollback()
    assert balances() == {"assets:bank:gbp": 9800}


def test_a_count_sheet_in_two_lines_waits_whole_again_whichever_of_them_is_undone(bank):
    sheet = a_count(an_appeal())
    with writing():
        paying_in.pay_in([sheet], [], "S-418", TODAY)
    lines = the_statement(bank, (800, "CREDIT S-418"), (500, "CREDIT S-418"))
    for undone in lines:
        confirm(lines, f"cash|count:{sheet.reference}")
        assert balances() == {"assets:bank:gbp": 1300}
        with writing():
            confirming.undo(undone, "ada")
        assert balances() == {"assets:cash:gbp": 1300}
        assert expected_now() == {f"cash|count:{sheet.reference}": 1300}
        assert exceptions_bank.open_lines() == 2


def test_a_standing_order_is_neither_two_lines_nor_part_of_one(bank):
    appeal = an_appeal()
    sheet = a_count(appeal)
    with writing():
        order = an_order(appeal)
        paying_in.pay_in([sheet], [], "S-419", TODAY)
    minor = order.amount_minor
    due, cash = f"standing-order|standing-order:{order.reference}", f"cash|count:{sheet.reference}"
    one, other, both_together = the_statement(bank, (minor - 100, "A"), (100, "B"), (minor + 1300, "C"))
    for lines, keys in (([one, other], [due]), ([both_together], [cash, due]), ([both_together], [due, cash])):
        with pytest.raises(DoesNotFit):
            confirm(lines, *keys)
    assert balances() == {"assets:cash:gbp": 1300}
    assert raised_by(appeal) == 1300


@both
def test_a_cheque_cannot_bounce_while_its_line_is_confirmed(app, bank, database_url):
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite lets one write at a time")
    cheque = a_cheque(an_appeal())
    subject, number = f"donation:{cheque.reference}", cheque.id

    def bounce():
        with app.app_context():
            try:
                with writing():
                    db.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
                    cheques.bounce(db.session.get_one(Donation, number), TODAY, by="bo")
            finally:
                db.session.remove()

    with ThreadPoolExecutor(1) as somebody_else, writing():
        expected.hold([Subject.parse(subject)])
        with pytest.raises(OperationalError, match="lock timeout"):
            somebody_else.submit(bounce).result(timeout=10)


def test_unknown_money_was_received_on_the_day_it_came_and_given_back_when_it_went(bank):
    appeal = an_appeal()
    claimed, returned, back = the_statement(bank, (2500, "WHO"), (700, "WHAT"), (-700, "BACK"))
    for line in (claimed, returned):
        with writing():
            confirming.otherwise(line, UNIDENTIFIED, "ada")
    (moved,) = daily_statement.of(TODAY).moved
    assert (moved.received.minor, moved.refunded.minor, moved.gifts) == (3200, 0, 0)
    with writing():
        confirming.claim(claimed, appeal, "ada")
    confirm(back, f"unidentified|bank-line:{returned}")
    (moved,) = daily_statement.of(TODAY).moved
    assert (moved.received.minor, moved.refunded.minor, moved.gifts) == (3200, 700, 1)
