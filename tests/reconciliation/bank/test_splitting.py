"""A line split into parts: they add up to the penny, each has an entry of its own, and they are undone together."""

import pytest
from sqlalchemy import select

from app import clock
from app.bank import bill, booking, statement_export
from app.bank.booking import BILL, GIFT, INCOME, BookedAlready
from app.bank.statement import BankLine
from app.donations.donation import Donation
from app.extensions import db
from app.ledger import verifying
from app.ledger.entries import Entry
from app.money import Money
from app.reconciliation.bank import balance, confirming, splitting
from app.reconciliation.bank.confirming import DoesNotFit, WrongWay
from app.reconciliation.bank.splitting import BillPart, GiftPart, IncomePart
from app.writing import writing
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import state_of
from tests.reconciliation.bank.test_confirming import balances, raised_by, the_statement

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
    exported = statement_export.lines(db.session.connection(), bank.ledger_account_id, TODAY, TODAY)
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
