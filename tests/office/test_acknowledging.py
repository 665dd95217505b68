"""Exceptions that are let stand, and those that are settled in the office, without the command line."""

import pytest
from sqlalchemy import select, update

from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations import movements
from app.donations.disputes import Dispute
from app.ledger import accounts
from app.payments import objects
from app.payments.inbox import StripeEvent
from app.services import services
from app.worker.clock import ScheduledDuty
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.office.offline.hand_pages import page, said
from tests.stripe_account import Account

HERE = "/office/exceptions/"


@pytest.fixture
def account(app):
    """A disputed gift, and £3.00 that Stripe moved for a reason that the books do not know."""
    account = Account()
    account.disputes_it(account.gives(a_pledge(an_appeal()).reference), 1000)
    books_kept.deliver_all(app, account)
    services(app).gateway = account
    db.session.rollback()
    return account


def fields(client, heading):
    """What the form beside the first exception under a heading would send."""
    found = page(client.get(HERE)).main.find("h2", string=heading)
    form = found.find_next("form", action=f"{HERE}acknowledged")
    return {each["name"]: each.get("value", "") for each in form.select("input[name]") if each["name"] != "csrf_token"}


def let_stand(client, reason="Accepted at Stripe on Monday", **changes):
    return client.post(f"{HERE}acknowledged", data={**fields(client, DISPUTES), "reason": reason, **changes})


DISPUTES = "Disputes to answer"


def test_one_is_let_stand_with_a_reason_and_shown_apart_with_who_and_when(account, signed_in):
    client = signed_in("treasurer")
    assert let_stand(client).status_code == 303
    found = page(client.get(HERE)).main
    assert found.find("h2", string=DISPUTES) is None
    row = " ".join(found.find("h2", string="Accepted exceptions").find_next("tbody").get_text(" ").split())
    assert "Accepted at Stripe on Monday" in row
    assert "Nasreen Akhtar" in row
    assert "A dispute over" not in said(client.get("/office/today/"))
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "exception.acknowledged")).one()
    assert record.subject.startswith("donation:")


def test_it_comes_back_when_its_facts_change(account, signed_in):
    client = signed_in("treasurer")
    let_stand(client)
    with writing() as session:
        session.execute(update(Dispute).values(status="under_review"))
    assert DISPUTES in said(client.get(HERE))


def test_it_is_put_back_by_hand(account, signed_in):
    client = signed_in("treasurer")
    known = fields(client, DISPUTES)
    let_stand(client)
    client.post(f"{HERE}withdrawn", data=known)
    assert DISPUTES in said(client.get(HERE))


def test_without_a_reason_nothing_is_let_stand_and_the_message_stands_beside_the_field(account, signed_in):
    answer = let_stand(signed_in("treasurer"), reason=" ")
    assert answer.status_code == 422
    assert "Enter a reason for accepting it" in page(answer).select_one("details[open] .field__error").text


def test_what_changed_while_the_page_was_open_is_not_let_stand(account, signed_in):
    client = signed_in("treasurer")
    let_stand(client, seen="0" * 64)
    assert DISPUTES in said(client.get(HERE))


def test_the_auditor_looks_and_presses_nothing(account, signed_in):
    assert page(signed_in("auditor").get(HERE)).main.select("button") == []


def test_the_worker_is_asked_to_take_in_what_is_missing(account, signed_in):
    client = signed_in("treasurer")
    assert client.post(f"{HERE}catch-up").status_code == 303
    assert "Fetching anything from the last 30 days" in said(client.get(HERE))
    assert db.session.get_one(ScheduledDuty, "catch-up").last_run_at is None


def test_an_event_is_tried_again_at_once(account, signed_in):
    with writing() as session:
        event_id = session.scalars(select(StripeEvent.event_id)).first()
    client = signed_in("treasurer")
    assert client.post(f"{HERE}events/{event_id}").status_code == 303
    stored = db.session.scalars(select(StripeEvent).where(StripeEvent.event_id == event_id)).one()
    assert (stored.state, stored.next_try_at) == ("pending", None)
    assert client.post(f"{HERE}events/evt_unknown").status_code == 404


def test_what_stripe_moved_for_an_unknown_reason_is_said_to_belong_somewhere(app, account, signed_in):
    told = objects.read_transaction(account.moves("mystery", None, -300))
    with writing():
        movements.book_by_type(told)
    client = signed_in("treasurer")
    listed = page(client.get(HERE)).main
    assert listed.find("a", string="Choose its account")["href"] == f"{HERE}movements/{told.txn_id}"
    assert "Stripe took £3.00" in said(client.get(f"{HERE}movements/{told.txn_id}"))
    nothing = client.post(f"{HERE}movements/{told.txn_id}", data={"account": "assets:stripe:gbp", "reason": "x"})
    assert nothing.status_code == 422
    sent = {"account": "expenses:stripe-fees:gbp", "reason": "It is on their invoice"}
    assert client.post(f"{HERE}movements/{told.txn_id}", data=sent).status_code == 303
    assert books_kept.balance("suspense:stripe:gbp") == 0
    assert client.get(f"{HERE}movements/{told.txn_id}").status_code == 404
    assert accounts.find("expenses:stripe-fees:gbp") is not None
