"""A gift that its giver gets back from the bank account: less is raised, the receipt follows, and it can be undone."""

from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text

from app import clock
from app.database import db, writing
from app.donations import paid_back, refunds, timeline, went_back
from app.donations.donation import Donation
from app.ledger import verifying
from app.money import Money
from app.offline import corrections
from app.reconciliation import daily_statement
from app.reconciliation.bank import confirming, paying_back
from app.reconciliation.bank.confirming import WrongWay
from app.reconciliation.verification import gift_checks, receipt_checks
from app.worker import emails
from tests.bank.bank import a_bank_account
from tests.cast import a_pledge, an_appeal
from tests.donations.test_correcting import issue, receipts, tell
from tests.offline.hands import a_cheque, again, raised_by
from tests.reconciliation.bank.test_confirming import balances, the_statement
from tests.stripe_account import Account

both = pytest.mark.both_databases


@pytest.fixture
def bank(app):
    return a_bank_account()


def pay_back(line, gift):
    with writing():
        paying_back.book(line, gift if isinstance(gift, str) else gift.reference, "ada")


def kept(gift):
    return refunds.net_amount(again(gift)).minor


def clean():
    return [*verifying.faults(), *gift_checks.faults(10), *receipt_checks.faults(10)] == []


@both
def test_a_gift_is_paid_back_in_parts_and_never_more_than_is_kept(bank):
    appeal = an_appeal()
    gift = a_cheque(appeal, 2500)
    one, two, over = the_statement(bank, (-1000, "BACK"), (-1500, "BACK"), (-1, "BACK"))
    pay_back(one, gift)
    assert (kept(gift), raised_by(appeal)) == (1500, (1500, 1))
    (item,) = went_back.of(again(gift)).returns
    assert (item.amount.minor, item.by_transfer) == (1000, True)
    pay_back(two, gift)
    assert (kept(gift), raised_by(appeal)) == (0, (0, 1))
    with pytest.raises(paid_back.PaidBackTooMuch), writing():
        paying_back.book(over, gift.reference, "ada")
    assert balances() == {"assets:bank:gbp": -2500, "assets:cheques:gbp": 2500}
    assert daily_statement.of(clock.today()).moved[0].refunded.minor == 2500
    memos = [each.about.memo for each in timeline.of(again(gift)).happenings if each.kind == "entry"]
    assert memos.count("gift paid back by bank") == 2
    assert clean()


@both
def test_undoing_it_brings_the_gift_back(bank):
    appeal = an_appeal()
    gift = a_cheque(appeal, 2500)
    (line,) = the_statement(bank, (-2500, "BACK"))
    pay_back(line, gift)
    with writing():
        confirming.undo(line, "ada")
    assert (kept(gift), raised_by(appeal)) == (2500, (2500, 1))
    assert clean()


@both
def test_the_receipt_of_a_gift_by_card_follows_and_stripe_gives_back_no_more_than_is_left(bank, settings):
    appeal = an_appeal()
    account = Account()
    account.gives(a_pledge(appeal).reference)
    tell(account)
    issue(settings)
    gift = db.session.scalars(select(Donation)).one()
    part, rest = the_statement(bank, (-1000, "BACK"), (-1500, "BACK"))
    pay_back(part, gift)
    issue(settings)
    assert [(state, minor) for state, minor, _ in receipts()] == [("replaced", 2500), ("issued", 1500)]
    assert refunds.left(again(gift)).minor == 1500
    with writing():
        refunds.ask(again(gift), Money(1, "gbp"), by="ada", reason="")
    with pytest.raises(paid_back.PaidBackTooMuch), writing():
        paying_back.book(rest, gift.reference, "ada")
    assert (kept(gift), raised_by(appeal)[0]) == (1500, 1500)
    with writing():
        confirming.undo(part, "ada")
    issue(settings)
    assert [(state, minor) for state, minor, _ in receipts()][-1] == ("issued", 2500)
    assert clean()


@both
def test_a_gift_that_went_back_whole_has_no_receipt_any_more(bank, settings):
    gift = a_cheque(an_appeal(), 2500)
    issue(settings)
    (line,) = the_statement(bank, (-2500, "BACK"))
    pay_back(line, gift)
    assert [state for state, _, _ in receipts()] == ["void"]
    assert clean()


def test_a_gift_that_went_back_is_no_mistake_and_its_own_line_is_undone_last(bank):
    appeal = an_appeal()
    came, back = the_statement(bank, (2500, "A GIFT"), (-2500, "BACK"))
    with writing():
        confirming.receive(came, appeal, "ada", payer="Ada")
    gift = paying_back.offered(confirming.booking.lock([back])[0])[0]
    db.session.rollback()
    pay_back(back, gift)
    with pytest.raises(corrections.PaidBack), writing():
        confirming.undo(came, "ada")
    cheque = a_cheque(appeal, 100, submission="two")
    (small,) = the_statement(bank, (-100, "BACK"))
    pay_back(small, cheque)
    with pytest.raises(corrections.AtTheBank), writing():
        corrections.undo_gift(again(cheque), reason="twice", by="ada")
    for line in (back, came):
        with writing():
            confirming.undo(line, "ada")
    assert raised_by(appeal)[0] == 0
    assert clean()


def test_money_that_came_in_pays_nothing_back_and_a_gift_must_be_there(bank):
    came, out = the_statement(bank, (2500, "IN"), (-2500, "OUT"))
    gift = a_cheque(an_appeal(), 2500)
    with pytest.raises(WrongWay), writing():
        paying_back.book(came, gift.reference, "ada")
    with pytest.raises(LookupError), writing():
        paying_back.book(out, "nothing", "ada")


def test_verify_names_a_gift_of_which_the_ledger_says_otherwise(bank):
    gift = a_cheque(an_appeal(), 2500)
    with writing():
        db.session.execute(text("UPDATE donations SET paid_back_minor = 5 WHERE id = :id"), {"id": gift.id})
    assert "is not paid back as much as the ledger says" in [each.what for each in gift_checks.faults(10)]


def written_to(settings):
    """The mails that are due, sent by the worker: whom to, and subject and words."""
    before = set(settings.outbox.glob("*")) if settings.outbox.exists() else set()
    while emails.duty(settings).work_once():
        pass
    found = set(settings.outbox.glob("*")) - before if settings.outbox.exists() else set()
    mails = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in sorted(found)]
    return [(each["To"], each["Subject"], " ".join(each.get_body(("plain",)).get_content().split())) for each in mails]


@both
def test_the_giver_is_told_by_mail_what_went_back_and_what_is_kept(bank, settings):
    gift = a_cheque(an_appeal(), 2500, email="lucja@example.org").reference
    issue(settings)
    part, rest = the_statement(bank, (-1000, "BACK"), (-1500, "BACK"))
    pay_back(part, gift)
    ((to, subject, said),) = written_to(settings)
    assert (to, subject) == ("lucja@example.org", "£10.00 of your gift has been paid back")
    assert "We have paid back £10.00 of the £25.00 that you gave to Keep the press turning" in said
    assert "£15.00 of your gift remains with us." in said
    assert "you will get a new one for the amount that remains" in said
    pay_back(rest, gift)
    ((_, subject, said),) = written_to(settings)
    assert subject == "£15.00 of your gift has been paid back"
    assert "None of your gift remains with us. If we have sent you a receipt, it is no longer valid." in said
    assert receipts()[-1][0] != "issued"


@both
def test_a_giver_who_was_told_by_mistake_is_told_so_and_one_who_was_not_hears_nothing(bank, settings):
    gift = a_cheque(an_appeal(), 2500, email="lucja@example.org").reference
    told, quick = the_statement(bank, (-1000, "BACK"), (-500, "BACK"))
    pay_back(told, gift)
    written_to(settings)
    with writing():
        confirming.undo(told, "ada")
    ((_, subject, said),) = written_to(settings)
    assert subject == "Our mistake: your gift has not been paid back"
    assert "the payment from our bank account was for something else" in said
    assert "£25.00 of your gift remains with us." in said
    pay_back(quick, gift)
    with writing():
        confirming.undo(quick, "ada")
    assert written_to(settings) == []


def test_a_giver_without_an_address_is_told_nothing(bank, settings):
    gift = a_cheque(an_appeal(), 2500)
    (line,) = the_statement(bank, (-2500, "BACK"))
    pay_back(line, gift)
    assert written_to(settings) == []
