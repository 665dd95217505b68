"""Correcting: a receipt never states more, or less, than what is kept of its gift."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from app.database import db, writing
from app.donations import paid_back, refunds, stripe_news
from app.donations import receipts as donations_receipts
from app.donations.donation import Donation
from app.receipts import filing
from app.receipts.receipt import Receipt
from app.worker import duties, events
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def account(app):
    """Stripe, with one gift of £25 that the books know."""
    account = Account()
    account.gives(a_pledge(an_appeal()).reference)
    tell(account)
    return account


def tell(account):
    """Book everything that Stripe's account has, as it is now."""
    db.session.rollback()
    found = stripe_news.StripeNews(
        refunds=tuple(account.refund(name) for name in account.refunds),
        disputes=tuple(account.dispute(name) for name in account.disputes),
    )
    charges = [account.charge(name) for name in account.charges]
    with writing():
        for charge in charges:
            stripe_news.settle(charge)
        stripe_news.book(found)


def issue(settings):
    """Issue what is due, with a PDF."""
    due = db.session.scalars(select(Receipt.id).where(Receipt.state == "due")).all()
    for receipt_id in due:
        receipt = db.session.get_one(Receipt, receipt_id)
        draft = donations_receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
        with writing():
            donations_receipts.issue(receipt_id, draft, organisation=settings.organisation, base_url=settings.base_url)
            filing.file(receipt_id, b"%PDF")


def receipts():
    """Each receipt's state, its amount, and which one it stands in place of."""
    db.session.rollback()
    rows = db.session.execute(select(Receipt.state, Receipt.facts).order_by(Receipt.id))
    facts = [(row.state, json.loads(row.facts or "{}")) for row in rows]
    return [(state, said.get("amount_minor"), said.get("replaces", "")[5:]) for state, said in facts]


def the_gift(account):
    return next(iter(account.charges.values()))


def test_a_gift_given_back_in_full_makes_its_receipt_void(account, settings):
    issue(settings)
    account.gives_back(the_gift(account), 2500)
    tell(account)
    assert receipts() == [("void", 2500, "")]


def test_a_gift_given_back_in_part_has_its_receipt_replaced(account, settings):
    issue(settings)
    account.gives_back(the_gift(account), 1000)
    tell(account)
    issue(settings)
    assert receipts() == [("replaced", 2500, ""), ("issued", 1500, "000001")]
    gift = db.session.scalars(select(Donation.id)).one()
    rows = db.session.execute(select(Receipt.donation_id, Receipt.place).order_by(Receipt.id)).all()
    assert rows == [(gift, 1), (gift, 2)]


@pytest.mark.parametrize("lock", ["to note a refund", "to pay it back by bank"])
def test_a_receipt_can_be_written_while_its_gift_is_locked_so_that_two_never_wait_for_each_other(
    account, app, database_url, lock
):
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite lets one write at a time")
    gift = db.session.scalars(select(Donation)).one()
    number, reference = gift.id, gift.reference
    db.session.rollback()
    account.gives_back(the_gift(account), 1000)
    refund = account.refund(next(iter(account.refunds)))

    def write_the_next():
        with app.app_context():
            try:
                with writing():
                    db.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
                    filing.request(number, 2)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(1) as somebody_else, writing():
        refunds.note(refund) if lock == "to note a refund" else paid_back.locked(reference)
        somebody_else.submit(write_the_next).result(timeout=10)
    assert [each.place for each in filing.read_all(number)] == [1, 2]


def test_telling_it_again_changes_nothing(account, settings):
    issue(settings)
    account.gives_back(the_gift(account), 1000)
    for _ in range(3):
        tell(account)
    issue(settings)
    tell(account)
    assert receipts() == [("replaced", 2500, ""), ("issued", 1500, "000001")]


def test_a_receipt_that_is_still_due_states_what_is_kept(account, settings):
    account.gives_back(the_gift(account), 1000)
    tell(account)
    issue(settings)
    assert receipts() == [("issued", 1500, "")]


def test_a_receipt_that_is_still_due_is_dropped_when_nothing_is_kept_and_asked_for_when_it_is_again(account, settings):
    refunded = account.gives_back(the_gift(account), 2500)
    tell(account)
    assert receipts() == []
    account.fails(refunded)
    tell(account)
    issue(settings)
    assert receipts() == [("issued", 2500, "")]


@pytest.mark.parametrize(("minor", "first"), [(1000, "replaced"), (2500, "void")])
def test_a_refund_that_fails_later_restores_the_receipt_by_a_further_one(account, settings, minor, first):
    issue(settings)
    refunded = account.gives_back(the_gift(account), minor)
    tell(account)
    issue(settings)
    account.fails(refunded)
    tell(account)
    issue(settings)
    states = receipts()
    assert states[0][0] == first
    assert states[-1][:2] == ("issued", 2500)
    assert [state for state, _, _ in states].count("issued") == 1


def test_a_replacement_that_is_dropped_leaves_the_one_before_it_void(account, settings):
    issue(settings)
    account.gives_back(the_gift(account), 1000)
    tell(account)
    account.gives_back(the_gift(account), 1500)
    tell(account)
    assert receipts() == [("void", 2500, "")]


def test_a_lost_dispute_takes_the_receipt_with_it_and_an_open_one_does_not(account, settings):
    issue(settings)
    disputed = account.disputes_it(the_gift(account), 2500)
    tell(account)
    assert receipts() == [("issued", 2500, "")]
    account.decides(disputed, "lost")
    tell(account)
    assert receipts() == [("void", 2500, "")]


def test_a_receipt_is_not_issued_over_an_amount_that_changed_after_it_was_checked(account, settings):
    receipt = db.session.scalars(select(Receipt)).one()
    draft = donations_receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
    account.gives_back(the_gift(account), 1000)
    tell(account)
    with pytest.raises(donations_receipts.Changed), writing():
        donations_receipts.issue(receipt.id, draft, organisation=settings.organisation, base_url=settings.base_url)
    issue(settings)
    assert receipts() == [("issued", 1500, "")]


def test_a_receipt_that_was_dropped_meanwhile_is_not_issued(account, settings):
    receipt = db.session.scalars(select(Receipt)).one()
    draft = donations_receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
    account.gives_back(the_gift(account), 2500)
    tell(account)
    with writing():
        donations_receipts.issue(receipt.id, draft, organisation=settings.organisation, base_url=settings.base_url)
    assert receipts() == []


def test_the_replacement_says_whose_place_it_takes_in_its_mail(account, settings):
    issue(settings)
    account.gives_back(the_gift(account), 1000)
    tell(account)
    issue(settings)
    second = db.session.scalars(select(Receipt).where(Receipt.state == "issued")).one()
    mail = donations_receipts.mail(second)
    for words in (" ".join(mail.text.split()), mail.html):
        assert "000001 is no longer valid" in words
        assert "£15.00" in words


def test_the_page_of_a_replaced_receipt_leads_to_the_new_one(account, settings, client):
    issue(settings)
    refunded = account.gives_back(the_gift(account), 1000)
    tell(account)
    issue(settings)
    first, second = db.session.scalars(select(Receipt).order_by(Receipt.id)).all()
    gone = client.get(f"/receipts/{first.reference}")
    assert gone.status_code == 410
    assert "has been replaced" in gone.text
    assert f'href="/receipts/{second.reference}"' in gone.text
    assert client.get(f"/receipts/{second.reference}").status_code == 200
    account.fails(refunded)
    account.gives_back(the_gift(account), 2500)
    tell(account)
    gone = client.get(f"/receipts/{first.reference}").text
    assert "has been made void" in gone
    assert second.reference not in gone


def test_the_events_of_a_refund_correct_the_receipt_by_themselves(app, account, settings, client):
    from tests import stripe_bodies as says
    from tests.conftest import SECRET

    issue(settings)
    account.gives_back(the_gift(account), 2500)
    raw, headers = says.signed(account.events[-1], SECRET)
    assert client.post("/webhooks/stripe", data=raw, headers=headers).status_code == 200
    duties.do_all_due([events.duty(account)])
    assert receipts() == [("void", 2500, "")]
