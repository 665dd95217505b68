"""Refunds that were asked for here: Stripe is asked, once, and what it answers is booked like any other news."""

import time
from dataclasses import replace

from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations import refunds, stripe_news
from app.donations.refunds import ASKED, DonationRefund
from app.payments.objects import Refund
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.services import Gateway, services
from app.worker.duties import Duty

# Seconds: longer than a call to Stripe takes with its retries.
_PATIENCE = 20.0


def duty(gateway: Gateway) -> Duty:
    """The duty of asking Stripe for refunds."""

    def give_back(row_id: int) -> None:
        row = _look(row_id)
        made = None
        if not refunds.key_is_trusted(row):
            # An earlier call may have made the refund without our learning of it: it is looked for first.
            made = next((each for each in gateway.refunds_of(row.charge_id) if each.reference == row.reference), None)
            if made is None:
                with writing():
                    refunds.take_new_key(db.session.get_one(DonationRefund, row_id))
                row = _look(row_id)
        made = made or _ask(row, gateway)
        if made is not None:
            with writing():
                stripe_news.book(stripe_news.StripeNews(refunds=(made,)))

    return Duty("refund", DonationRefund, DonationRefund.state == ASKED, give_back)


def ask_now(row_id: int) -> None:
    """Ask Stripe for one refund at once, by its row's id, for whoever started it and waits for the outcome. Its row
    says what came of it; when Stripe could not be asked, the worker goes on trying. Where a worker was quicker, its
    answer is waited for."""
    due = duty(services().gateway)
    replace(due, due=due.due & (DonationRefund.id == row_id)).work_once()
    patience = time.monotonic() + _PATIENCE
    while _leased_elsewhere(row_id) and time.monotonic() < patience:
        time.sleep(0.1)


def _leased_elsewhere(row_id: int) -> bool:
    """Whether a worker is asking for it at this moment."""
    db.session.rollback()
    leased = select(DonationRefund.id).where(
        DonationRefund.id == row_id, DonationRefund.state == ASKED, DonationRefund.leased_until > clock.now()
    )
    return db.session.scalar(leased) is not None


def _ask(row: DonationRefund, gateway: Gateway) -> Refund | None:
    """What Stripe made of it; `None` when it will not, which ends the matter."""
    try:
        made: Refund = gateway.make_refund(row.charge_id, row.amount, row.reference, row.key or "")
    except PaymentsRefused:
        with writing():
            refunds.refused(db.session.get_one(DonationRefund, row.id))
        return None
    except PaymentsUnavailable as failure:
        if failure.outcome_stored:
            with writing():
                refunds.distrust_key(db.session.get_one(DonationRefund, row.id))
        raise
    return made


def _look(row_id: int) -> DonationRefund:
    """The row as it is now; the reading transaction ends here."""
    db.session.rollback()
    row = db.session.scalars(select(DonationRefund).where(DonationRefund.id == row_id)).one()
    db.session.expunge(row)
    db.session.rollback()
    return row
