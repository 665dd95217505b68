"""What was entered by mistake is reversed with a reason; whatever is done by hand, books and gifts agree."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import clock
from app.database import db, writing
from app.donations import refunds
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import BANK_TRANSFER, CASH, CHEQUE, IN_KIND, RECEIVED, Donation
from app.donations.standing_order import StandingOrder
from app.errors import DomainError
from app.ledger import verifying
from app.ledger.entries import Entry
from app.money import Money
from app.offline import cheques, corrections, counts, expected, paying_in, promises, standing_orders
from app.offline import gifts as offline_gifts
from app.offline.counts import Count
from app.offline.gifts import HandGift
from app.offline.standing_orders import Promise
from app.receipts.receipt import Receipt
from tests.cast import an_appeal
from tests.offline.hands import COUNTERS, a_branch, a_cheque, a_count, a_gift_by, again, held, raised_by, the_bank_shows

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.both_databases
def test_a_sheet_is_reversed_once_and_its_reason_stays_outside_the_ledger():
    appeal = an_appeal()
    sheet = a_count(appeal)
    for _ in range(2):
        with writing():
            corrections.undo_count(sheet, reason="Ida's box was counted twice", by="treasurer")
    assert raised_by(appeal) == (0, 0)
    assert held("assets:cash:gbp") == 0
    assert (sheet.state, sheet.reason) == ("reversed", "Ida's box was counted twice")
    entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [(each.kind, each.memo) for each in entries] == [
        ("cash", "cash counted"),
        ("reversal", "cash counted wrongly"),
    ]
    assert verifying.faults() == []


@pytest.mark.both_databases
@pytest.mark.parametrize("method", [CASH, CHEQUE, IN_KIND])
def test_a_gift_is_reversed_and_counts_no_more(method):
    appeal = an_appeal()
    gift = a_gift_by(method, appeal, email="lucja@example.org")
    with writing():
        corrections.undo_gift(gift, reason="entered for the wrong appeal", by="treasurer")
    assert raised_by(appeal) == (0, 0)
    assert refunds.net_amount(again(gift)).minor == 0
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert verifying.faults() == []


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_correction_says_why(reason):
    sheet = a_count(an_appeal())
    with pytest.raises(corrections.NoReasonToCorrect), writing():
        corrections.undo_count(sheet, reason=reason, by="treasurer")
    assert sheet.state == "counted"


def test_what_the_bank_has_shown_is_no_mistake_of_ours():
    appeal = an_appeal()
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    with writing():
        paying_in.pay_in([sheet], [cheque], "500123", clock.today())
    for number, each in enumerate(expected.at_the_bank()):
        the_bank_shows(each, f"bank:{number}")
    with pytest.raises(corrections.AtTheBank), writing():
        corrections.undo_count(sheet, reason="wrong", by="treasurer")
    with pytest.raises(corrections.AtTheBank), writing():
        corrections.undo_gift(cheque, reason="wrong", by="treasurer")
    assert raised_by(appeal) == (3800, 1)


STEP = st.one_of(
    st.tuples(st.just("count"), st.dictionaries(st.sampled_from([1000, 100, 1]), st.integers(1, 50), min_size=1)),
    st.tuples(st.sampled_from([CASH, CHEQUE, BANK_TRANSFER, IN_KIND]), st.integers(1, 10**6)),
    st.tuples(st.just("order"), st.integers(1, 10**4)),
    st.tuples(
        st.sampled_from(["pay-in", "bank", "bank", "bounce", "undo-count", "undo-gift", "withdraw"]), st.integers(0, 20)
    ),
)


def theirs(appeal, kind):
    """All of an appeal's sheets, gifts or standing orders."""
    return db.session.scalars(select(kind).where(kind.appeal_id == appeal.id).order_by(kind.id)).all()


def awaited(appeal):
    """What the bank may show next of one appeal."""
    own = {each.reference for kind in (CountSheet, Donation, StandingOrder) for each in theirs(appeal, kind)}
    return [each for each in expected.at_the_bank() if each.subject.partition(":")[2] in own]


def do(step, appeal, branch_id, place):
    """Do one thing by hand, as far as it may be done; what may not is refused and changes nothing."""
    what, drawn = step
    today = clock.today()
    sheets, gifts = theirs(appeal, CountSheet), theirs(appeal, Donation)
    if what == "count":
        counts.count(appeal, Count("Square", today, COUNTERS, drawn), submission=f"{place}", by="t",
                       branch_id=branch_id)  # fmt: skip
    elif what == "order":
        promise = Promise(Money(drawn, "gbp"), today.day, today - timedelta(days=70), "Payer", "")
        standing_orders.expect(appeal, promise, branch_id=branch_id)
    elif what in (*offline_gifts.HELD, BANK_TRANSFER):
        gift = HandGift(amount=Money(drawn, "gbp"), given_on=today, email="giver@example.org")
        offline_gifts.enter(appeal, what, gift, submission=f"{place}", by="t", branch_id=branch_id)
    elif what == "pay-in":
        paying_in.pay_in(sheets[drawn:][:1], gifts[drawn:][:1], f"slip-{place}", today)
    elif what == "bounce" and gifts:
        cheques.bounce(gifts[drawn % len(gifts)], today, by="t")
    elif what == "withdraw" and gifts:
        promises.withdraw(gifts[drawn % len(gifts)], "changed their mind", by="t")
    elif what == "undo-count" and sheets:
        corrections.undo_count(sheets[drawn % len(sheets)], reason="wrong", by="t")
    elif what == "undo-gift" and gifts:
        corrections.undo_gift(gifts[drawn % len(gifts)], reason="wrong", by="t")


def kept_by(appeal):
    """What sheets and gifts of an appeal say is kept, in pence, and how many gifts were not reversed."""
    sheets, gifts = theirs(appeal, CountSheet), theirs(appeal, Donation)
    cash = sum(each.amount_minor for each in sheets if each.reversed_at is None)
    number = sum(
        each.state == RECEIVED and db.session.get_one(GiftByHand, each.id).reversed_at is None for each in gifts
    )
    return cash + sum(refunds.net_amount(each).minor for each in gifts), number


@pytest.mark.both_databases
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(STEP, st.booleans()), min_size=4, max_size=18))
def test_whatever_is_done_by_hand_the_books_are_whole_and_raised_is_what_is_kept(steps):
    """One database for all examples: each has an appeal and a branch of its own."""
    run = (db.session.scalar(select(func.max(Donation.appeal_id))) or 0, clock.now().timestamp())
    appeal, branch = an_appeal(f"run-{run[0]}-{int(run[1] * 1e6)}"), a_branch(f"Branch {run[1]}")
    for place, ((what, drawn), in_branch) in enumerate(steps):
        name = f"{appeal.id}-{place}"
        if what == "bank":
            if waiting := awaited(appeal):
                the_bank_shows(waiting[drawn % len(waiting)], f"bank:{name}")
            continue
        try:
            with writing():
                do((what, drawn), appeal, branch.id if in_branch else None, name)
        except DomainError:
            db.session.rollback()
    db.session.rollback()
    assert raised_by(appeal) == kept_by(appeal)
    assert verifying.faults() == []
    sheets = db.session.scalars(
        select(CountSheet).where(CountSheet.reversed_at.is_(None), CountSheet.banked_on.is_(None))
    )
    named = select(Donation.amount_minor).join(GiftByHand, GiftByHand.donation_id == Donation.id)
    cash = named.where(Donation.method == CASH, GiftByHand.reversed_at.is_(None), GiftByHand.banked_on.is_(None))
    in_hand = [each.amount_minor for each in sheets] + list(db.session.scalars(cash))
    assert held("assets:cash:gbp") == sum(in_hand)
