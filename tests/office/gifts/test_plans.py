"""The page of a monthly gift whose appeal has ended: it moves when the office says so twice, and the donor is told."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.audit.trail import AuditRecord
from app.database import db, writing
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.emails.email import DueEmail
from app.payments.trouble import PaymentsUnavailable
from app.services import services
from tests.cast import an_appeal
from tests.plan_world import a_running_plan


@pytest.fixture
def running(app):
    """A plan whose appeal has ended, its Stripe, and the appeal that is open."""
    plan, stripe = a_running_plan(an_appeal())
    services(app).gateway = stripe
    roof = an_appeal("roof", title="A new roof")
    end(plan)
    return plan, stripe, roof


def end(plan):
    with writing():
        db.session.get_one(Appeal, plan.appeal_id).ends_on = clock.today() - timedelta(days=1)


def words(answer):
    return " ".join(BeautifulSoup(answer.data, "html5lib").get_text(" ").split())


def appeal_of(plan):
    db.session.rollback()
    return db.session.get_one(Plan, plan.id, populate_existing=True).appeal_id


def test_it_moves_after_one_question_and_is_audited_and_mailed(running, signed_in):
    plan, stripe, roof = running
    treasurer = signed_in("treasurer")
    assert f"/office/monthly-gifts/{plan.reference}" in treasurer.get("/office/exceptions/").text
    page = f"/office/monthly-gifts/{plan.reference}"
    assert "The donor was asked by email and can choose another appeal." in words(treasurer.get(page))
    assert "Select an appeal" in words(treasurer.post(f"{page}/appeal", data={"appeal": "another"}))
    asked = treasurer.post(f"{page}/appeal", data={"appeal": roof.reference})
    assert "Give this monthly gift to “A new roof”?" in words(asked)
    assert "Do this only if the donor has agreed" in words(asked)
    assert (appeal_of(plan), stripe.asked) == (plan.appeal_id, [])
    sent = {"appeal": roof.reference, "confirmed": "yes"}
    done = treasurer.post(f"{page}/appeal", data=sent, follow_redirects=True)
    assert "This monthly gift goes to “A new roof” from the next payment." in words(done)
    assert "Started for Keep the press turning" in words(done)
    assert appeal_of(plan) == roof.id
    assert db.session.scalars(select(AuditRecord.action)).all()[-2:] == ["plan.move_asked", "plan.moved"]
    assert db.session.scalars(select(DueEmail.kind)).all()[-1] == planning.PLAN_MOVED


def test_while_its_appeal_is_open_only_the_donor_moves_it(app, signed_in):
    plan, stripe = a_running_plan(an_appeal())
    services(app).gateway = stripe
    roof = an_appeal("roof")
    admin = signed_in("admin")
    page = f"/office/monthly-gifts/{plan.reference}"
    assert "only the donor can move it to another one" in words(admin.get(page))
    refused = admin.post(f"{page}/appeal", data={"appeal": roof.reference, "confirmed": "yes"}, follow_redirects=True)
    assert "cannot be moved now" in words(refused)
    assert (appeal_of(plan), stripe.asked) == (plan.appeal_id, [])


def test_when_stripe_does_not_answer_nothing_is_changed_and_it_says_so(running, signed_in):
    plan, stripe, roof = running
    treasurer = signed_in("treasurer")
    stripe.failure = PaymentsUnavailable()
    sent = {"appeal": roof.reference, "confirmed": "yes"}
    page = f"/office/monthly-gifts/{plan.reference}/appeal"
    assert "Try again in a minute" in words(treasurer.post(page, data=sent, follow_redirects=True))
    assert appeal_of(plan) == plan.appeal_id
    stripe.failure = None
    treasurer.post(page, data=sent)
    assert appeal_of(plan) == roof.id


def test_an_unknown_plan_is_not_found(signed_in):
    assert signed_in("treasurer").get("/office/monthly-gifts/nothing").status_code == 404
