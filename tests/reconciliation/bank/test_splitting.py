"""A line split into parts: they add up to the penny, each has an entry of its own, and they are undone together."""

import pytest
from sqlalchemy import select

from app import clock
from app.bank import bill, booking, statement
from app.bank.booking import (
    BILL,
    CHARGE,
    EXPECTED,
    GIFT,
    INCOME,
    INTEREST,
    PAID_BACK,
    TRANSFER,
    UNIDENTIFIED,
    BookedAlready,
)
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations import by_hand, paid_back
from app.donations.donation import BANK_TRANSFER, Donation
from app.ledger import verifying
from app.ledger.entries import Entry
from app.money import Money
from app.offline import paying_in
from app.reconciliation.bank import balance, confirming, own_transfers, splitting
from app.reconciliation.bank import expected as bank_expected
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected, PartOfAnother, WrongWay
from app.reconciliation.bank.splitting import (
    BillPart,
    ExpectedPart,
    GiftPart,
    IncomePart,
    OtherPart,
    PaidBackPart,
    TransferPart,
)
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import a_branch, a_cheque, a_count, a_gift_by, again, state_of
from tests.reconciliation.bank.test_confirming import a_payout, an_order, balances, raised_by, the_statement

TODAY = clock.today()
both = pytest.mark.both_databases


@pytest.fixture
def bank(app):
    return a_bank_account()


def gbp(minor):
    return Money(minor, "gbp")


def split(reference, *parts):
    with writing():
        splitting.book(reference, parts, "ada")


def undo(reference):
    with writing():
        confirming.undo(reference, "ada")


def matches(reference):
    line = db.session.scalars(select(BankLine).where(BankLine.reference == reference)).one()
    return [
        (each.kind, each.amount_minor, db.session.get_one(Entry, each.entry_id).source)
        for each in booking.matches_of(line)
    ]


@both
def test_money_in_is_split_into_gifts_and_other_income_and_undone_whole(bank):
    roof, dues = an_appeal(), an_appeal("dues")
    (line,) = the_statement(bank, (10_000, "CREDIT"))
    parts = [
        GiftPart(gbp(4001), roof, "Anna Rees"),
        GiftPart(gbp(999), dues),
        IncomePart(gbp(5000), "Jumble sale", new=True),
    ]
    split(line, *parts)
    assert matches(line) == [
        (GIFT, 4001, f"bank:{line}:part-1"), (GIFT, 999, f"bank:{line}:part-2"), (INCOME, 5000, f"bank:{line}:part-3")
    ]  # fmt: skip
    assert (raised_by(roof), raised_by(dues)) == (4001, 999)
    held = balances()
    assert (held["assets:bank:gbp"], held["income:other:jumble-sale:gbp"]) == (10_000, -5000)
    donations = db.session.scalars(select(Donation).order_by(Donation.amount_minor.desc())).all()
    assert [(each.name, each.amount.minor) for each in donations] == [("Anna Rees", 4001), (None, 999)]
    agreement = balance.of(bank)
    assert (agreement.difference.minor, agreement.waiting_count, agreement.entries) == (0, 0, [])
    exported = statement.exported_lines(db.session.connection(), bank.ledger_account_id, TODAY, TODAY)
    assert [each.minor for each in exported] == [10_000]
    with pytest.raises(BookedAlready):
        split(line, *parts)
    undo(line)
    assert (balances(), matches(line)) == ({}, [])
    assert [state_of(each) for each in donations] == ["reversed"] * 2
    split(line, GiftPart(gbp(5000), roof), IncomePart(gbp(5000), "income:other:jumble-sale:gbp"))
    assert [source for _kind, _minor, source in matches(line)] == [f"bank:{line}:2:part-1", f"bank:{line}:2:part-2"]
    assert list(verifying.faults()) == []


@both
def test_money_out_is_split_into_bills_each_with_its_payee_and_voucher(bank):
    (line,) = the_statement(bank, (-15_000, "BACS"))
    split(
        line,
        BillPart(gbp(12_000), "Leaflets", "Tom Hale", "27", new=True),
        BillPart(gbp(3_000), "expenses:other:gbp", "", "28"),
    )
    assert [(kind, minor) for kind, minor, _source in matches(line)] == [(BILL, -12_000), (BILL, -3_000)]
    assert balances() == {
        "assets:bank:gbp": -15_000, "expenses:leaflets:gbp": 12_000, "expenses:other:gbp": 3_000
    }  # fmt: skip
    row = db.session.scalars(select(BankLine)).one()
    kept = [bill.of(each.entry_id) for each in booking.matches_of(row)]
    assert [(each.payee, each.voucher) for each in kept] == [("Tom Hale", "27"), ("", "28")]
    assert balance.of(bank).difference.minor == 0
    undo(line)
    assert balances() == {}
    assert list(verifying.faults()) == []


@both
def test_parts_that_do_not_add_up_or_go_the_other_way_book_nothing(bank):
    appeal, euros = an_appeal(), an_appeal("euros", currency="eur")
    came, went = the_statement(bank, (10_000, "IN"), (-10_000, "OUT"))
    other, half = "expenses:other:gbp", gbp(5000)
    for refused, line, *parts in (
        (DoesNotFit, came, GiftPart(half, appeal), GiftPart(gbp(4999), appeal)),
        (DoesNotFit, came, GiftPart(half, appeal), GiftPart(gbp(5001), appeal)),
        (DoesNotFit, came, GiftPart(gbp(10_000), appeal)),
        (DoesNotFit, came),
        (DoesNotFit, came, GiftPart(gbp(11_000), appeal), GiftPart(gbp(-1000), appeal)),
        (DoesNotFit, came, GiftPart(half, appeal), GiftPart(half, euros)),
        (DoesNotFit, came, GiftPart(half, appeal), GiftPart(Money(5000, "eur"), appeal)),
        (DoesNotFit, came, GiftPart(half, appeal), IncomePart(half, "income:interest:gbp")),
        (DoesNotFit, went, BillPart(half, other), BillPart(half, "assets:stripe:gbp")),
        (WrongWay, came, GiftPart(half, appeal), BillPart(half, other)),
        (WrongWay, went, BillPart(half, other), GiftPart(half, appeal)),
        (WrongWay, went, BillPart(half, other), IncomePart(half, "Jumble sale", new=True)),
    ):
        with pytest.raises(refused):
            split(line, *parts)
        assert (balances(), matches(line), raised_by(appeal)) == ({}, [], 0)


def kinds(reference):
    return [(kind, minor) for kind, minor, _source in matches(reference)]


def a_promise(appeal, minor, **more):
    return a_gift_by(BANK_TRANSFER, appeal, minor, submission="promise", **more)


def order_of(appeal):
    with writing():
        return an_order(db.session.merge(appeal))


def pay_in(sheet, cheque, slip="S-417"):
    with writing():
        paying_in.pay_in([sheet], [again(cheque)], slip, TODAY)


@both
def test_a_line_is_cash_a_cheque_a_payout_a_promise_and_a_standing_order_less_the_banks_charge(bank):
    appeal = an_appeal()
    sheet, cheque, promise, order = a_count(appeal), a_cheque(appeal, 2500), a_promise(appeal, 4000), order_of(appeal)
    with writing():
        a_payout()
    pay_in(sheet, cheque)
    before = balances()
    (line,) = the_statement(bank, (1300 + 2500 + 9800 + 4000 + 1000 - 250, "CREDIT LESS FEE"))
    parts = [
        ExpectedPart(gbp(1300), f"cash|count:{sheet.reference}"),
        ExpectedPart(gbp(2500), f"cheque|donation:{cheque.reference}"),
        ExpectedPart(gbp(9800), "payout|payout:po_1"),
        ExpectedPart(gbp(4000), f"bank-transfer|donation:{promise.reference}"),
        ExpectedPart(gbp(1000), f"standing-order|standing-order:{order.reference}"),
        OtherPart(gbp(250), CHARGE),
    ]
    split(line, *parts)
    assert kinds(line) == [
        *((EXPECTED, minor) for minor in (1300, 2500, 9800, 4000, 1000)), (CHARGE, -250)
    ]  # fmt: skip
    held = balances()
    assert (held["assets:bank:gbp"], held["expenses:bank-charges:gbp"]) == (18_350, 250)
    assert not {"assets:cash:gbp", "assets:cheques:gbp", "assets:in-transit:gbp"} & held.keys()
    assert [state_of(each) for each in (cheque, promise)] == ["banked", "banked"]
    assert raised_by(appeal) == 1300 + 2500 + 4000 + 1000
    assert balance.of(bank).difference.minor == 0
    exported = statement.exported_lines(db.session.connection(), bank.ledger_account_id, TODAY, TODAY)
    assert [each.minor for each in exported] == [18_350]
    other, two = the_statement(bank, (1300 + 700, "AGAIN"), (2500, "TWICE"))
    with pytest.raises(NotExpected):
        split(other, parts[0], OtherPart(gbp(700), UNIDENTIFIED))
    undo(line)
    assert balances() == before
    assert [state_of(each) for each in (cheque, promise)] == ["paid-in", "announced"]
    assert list(verifying.faults()) == []
    with writing():
        confirming.confirm([two], [parts[1].key], "ada")
    with pytest.raises(NotExpected):
        split(line, *parts)


@both
def test_money_out_is_a_bill_a_gift_paid_back_a_charge_and_a_transfer(bank):
    savings, appeal = a_bank_account("Savings"), an_appeal()
    gift = a_cheque(appeal, 2500)
    (line,) = the_statement(bank, (-20_000, "BULK PAYMENT"))
    split(
        line,
        BillPart(gbp(12_000), "Leaflets", "Tom Hale", "27", new=True),
        PaidBackPart(gbp(1000), gift.reference),
        PaidBackPart(gbp(1500), gift.reference),
        OtherPart(gbp(500), CHARGE),
        TransferPart(gbp(5000), savings),
    )
    assert kinds(line) == [
        (BILL, -12_000), (PAID_BACK, -1000), (PAID_BACK, -1500), (CHARGE, -500), (TRANSFER, -5000)
    ]  # fmt: skip
    assert (raised_by(appeal), again(gift).paid_back_minor) == (0, 2500)
    assert balances()["assets:bank:savings:gbp"] == 5000
    (arrived,) = the_statement(savings, (5000, "FROM TREASURER"))
    with writing():
        own_transfers.book(arrived, bank, "ada")
    assert balances()["assets:bank:savings:gbp"] == 5000
    assert [balance.of(each).difference.minor for each in (bank, savings)] == [0, 0]
    undo(line)
    assert (raised_by(appeal), again(gift).paid_back_minor, matches(arrived)) == (2500, 0, [])
    assert balances() == {"assets:cheques:gbp": 2500}
    assert list(verifying.faults()) == []


@both
def test_a_transfer_whose_both_sides_are_parts_is_one_movement_and_the_finder_is_undone_first(bank):
    savings = a_bank_account("Savings")
    (out,), (came,) = the_statement(bank, (-6000, "OUT")), the_statement(savings, (5100, "IN"))
    split(out, TransferPart(gbp(5000), savings), OtherPart(gbp(1000), CHARGE))
    split(came, TransferPart(gbp(5000), bank), OtherPart(gbp(100), INTEREST))
    assert balances()["assets:bank:savings:gbp"] == 5100
    assert balances()["assets:bank:gbp"] == -6000
    with pytest.raises(PartOfAnother):
        undo(out)
    undo(came)
    assert (balances()["assets:bank:savings:gbp"], matches(came)) == (5000, [])
    undo(out)
    assert balances() == {}
    assert list(verifying.faults()) == []


@both
def test_two_equal_parts_to_one_account_are_two_transfers(bank):
    savings = a_bank_account("Savings")
    (out,) = the_statement(bank, (-2000, "OUT"))
    split(out, TransferPart(gbp(1000), savings), TransferPart(gbp(1000), savings))
    assert balances() == {"assets:bank:gbp": -2000, "assets:bank:savings:gbp": 2000}
    one, two = the_statement(savings, (1000, "IN"), (1000, "IN"))
    for each in (one, two):
        with writing():
            own_transfers.book(each, bank, "ada")
    assert balances()["assets:bank:savings:gbp"] == 2000
    undo(out)
    assert (balances(), matches(one), matches(two)) == ({}, [], [])


@both
def test_unknown_money_that_is_a_part_is_claimed_and_sent_back_by_its_own_amount(bank):
    appeal = an_appeal()
    line, back = the_statement(bank, (10_000, "CREDIT"), (-4000, "SENT BACK"))
    split(line, GiftPart(gbp(6000), appeal, "Anna Rees"), OtherPart(gbp(4000), UNIDENTIFIED))
    (waiting,) = bank_expected.unidentified()
    assert waiting.amount == gbp(-4000)
    with writing():
        confirming.claim(line, appeal, "ada", payer="Tom Hale")
    assert (raised_by(appeal), balances()["assets:bank:gbp"]) == (10_000, 10_000)
    undo(line)
    assert (raised_by(appeal), [kind for kind, _ in kinds(line)]) == (6000, [GIFT, UNIDENTIFIED])
    with writing():
        confirming.confirm([back], [f"unidentified|bank-line:{line}"], "ada")
    assert bank_expected.unidentified() == []
    with pytest.raises(confirming.ClaimedSince):
        undo(line)
    undo(back)
    undo(line)
    assert balances() == {}
    assert list(verifying.faults()) == []


@both
def test_a_part_that_a_person_entered_before_the_statement_came_stays_when_the_line_is_undone(bank):
    (charge,) = the_statement(bank, (-300, "FEE"))
    with writing():
        confirming.otherwise(charge, CHARGE, "ada")
    savings = a_bank_account("Savings")
    (out,) = the_statement(bank, (-5000, "TO SAVINGS"))
    with writing():
        own_transfers.book(out, savings, "ada")
    (entry,) = bank_expected.entries(savings)
    (came,) = the_statement(savings, (5040, "IN AND INTEREST"))
    split(came, ExpectedPart(gbp(5000), entry.key), OtherPart(gbp(40), INTEREST))
    assert balances()["assets:bank:savings:gbp"] == 5040
    undo(came)
    assert balances()["assets:bank:savings:gbp"] == 5000
    assert bank_expected.entries(savings) == [entry]
    assert list(verifying.faults()) == []


@both
def test_a_gift_that_is_a_part_goes_through_its_branch(bank):
    appeal, branch = an_appeal(), a_branch()
    (line,) = the_statement(bank, (5000, "CREDIT"))
    split(line, GiftPart(gbp(2000), appeal, "Anna Rees", branch.id, "REF 12"), GiftPart(gbp(3000), appeal))
    gift = db.session.scalars(select(Donation).where(Donation.amount_minor == 2000)).one()
    assert (gift.branch_id, by_hand.of(gift).what) == (branch.id, "REF 12")


@both
def test_what_no_part_can_be_books_nothing(bank):
    appeal = an_appeal()
    gift, cheque = a_cheque(appeal, 2500), a_cheque(appeal, 3000, submission="two")
    came, went = the_statement(bank, (10_000, "IN"), (-10_000, "OUT"))
    before, half = balances(), gbp(5000)
    for refused, line, *parts in (
        (WrongWay, came, OtherPart(gbp(15_000), INTEREST), PaidBackPart(half, gift.reference)),
        (WrongWay, went, OtherPart(half, CHARGE), OtherPart(half, INTEREST)),
        (WrongWay, went, OtherPart(half, CHARGE), OtherPart(half, UNIDENTIFIED)),
        (WrongWay, came, OtherPart(half, "spending"), OtherPart(half, INTEREST)),
        (DoesNotFit, came, OtherPart(half, UNIDENTIFIED), OtherPart(half, UNIDENTIFIED)),
        (DoesNotFit, came, TransferPart(half, bank), OtherPart(half, INTEREST)),
        (NotExpected, came, ExpectedPart(half, f"cheque|donation:{cheque.reference}"), OtherPart(half, INTEREST)),
        (NotExpected, came, ExpectedPart(half, "payout|payout:po_9"), OtherPart(half, INTEREST)),
        (paid_back.PaidBackTooMuch, went, PaidBackPart(half, gift.reference), OtherPart(half, CHARGE)),
        (LookupError, went, PaidBackPart(half, "nothing"), OtherPart(half, CHARGE)),
    ):
        with pytest.raises(refused):
            split(line, *parts)
        assert (balances(), matches(line)) == (before, [])


@both
def test_a_part_that_is_expected_or_in_the_books_already_is_noticed(bank):
    appeal = an_appeal()
    promise = a_promise(appeal, 4000, name="Anna Rees")
    the_statement(bank, (10_000, "CREDIT"))
    row = db.session.scalars(select(BankLine)).one()
    key = f"bank-transfer|donation:{promise.reference}"
    assert [each.key for each in splitting.alike(row, gbp(4000), [])] == [key]
    assert splitting.alike(row, gbp(4000), [key]) == []
    assert splitting.alike(row, gbp(4001), []) == []
