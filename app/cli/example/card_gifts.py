"""The gifts by card of the example's year: pledged here, paid at Practice Stripe, and settled by what it says then."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.appeals.appeal import Appeal
from app.cli.example.practice_stripe import PracticeStripe
from app.database import db, writing
from app.donations import checkout, refunds, stripe_news
from app.donations.checkout import Gift
from app.donations.donation import Donation
from app.donations.plans import news as plans_news
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.money import Money
from app.payments import inbox
from app.payments.inbox import APPLIED, PENDING, News, StripeEvent
from app.reconciliation import catching_up
from app.services import services
from app.worker import duties, payouts
from app.worker import refunds as worker_refunds

_POSTCODE = "AM1 2QX"
_PAYMENT, _PLAN = "payment", "plan"


class CardGifts:
    """Whoever gives by card in the year. Each method opens writing units of its own."""

    def __init__(self, said: dict[str, Any], stripe: PracticeStripe, first: datetime, by: str) -> None:
        """`said` is the example's year, which begins at `first`; `by` is the treasurer."""
        self._said, self._stripe, self._by = said, stripe, by
        self._settings = services().settings
        self._gateway = services().gateway
        self._listed_since = int(first.timestamp()) - 60

    def give(self, slug: str, line: list[Any], place: int) -> None:
        """A gift by card, as a line of the example says it; `place` is its place among those of its appeal."""
        _, name, minor, *words = line
        with writing():
            appeal = appeal_at(slug)
            gift = Gift(Money(minor, appeal.currency), name, email_of(name), message="".join(words))
            pledged = checkout.pledge_once(appeal, gift, f"example {slug} {place}")
        self._pay(pledged, appeal_at(slug))

    def give_monthly(self, each: dict[str, Any], place: int) -> None:
        """Begin to give each month."""
        slug, name = self._said["monthly"]["appeal"], each["name"]
        with writing():
            appeal = appeal_at(slug)
            gift = Gift(Money(each["amount"], appeal.currency), name, email_of(name))
            pledged = planning.pledge_plan(appeal, gift, f"example monthly {place}")
        self._pay(pledged, appeal_at(slug))

    def _pay(self, pledged: Donation | Plan, appeal: Appeal) -> None:
        """Open Stripe's page and pay there."""
        kind = "monthly" if isinstance(pledged, Plan) else "donations"
        own = f"{self._settings.base_url}/{kind}/{pledged.reference}"
        ends = {"success_url": own, "cancel_url": f"{own}/cancelled"}
        request = (
            planning.checkout_request(pledged, appeal, **ends)
            if isinstance(pledged, Plan)
            else checkout.checkout_request(pledged, appeal, **ends)
        )
        name, key = pledged.name or "", pledged.checkout_key
        db.session.rollback()
        opened = self._gateway.open_checkout(request, key)
        with writing():
            checkout.checkout_opened(pledged, opened)
        self._stripe.pay(opened.url, name, email_of(name), _POSTCODE)

    def end_monthly(self, name: str) -> None:
        """Stop giving each month."""
        found = db.session.scalars(select(Plan.subscription_id).where(Plan.name == name)).one()
        db.session.rollback()
        self._stripe.end_subscription(str(found))

    def refund(self) -> None:
        """Give the example's refund back."""
        said = self._said["refund"]
        with writing():
            gift = self._latest_of(said["name"])
            refunds.ask(gift, None, by=self._by, reason=said["reason"])
        duties.do_all_due([worker_refunds.duty(self._gateway)])

    def dispute(self) -> None:
        """Have a bank dispute the example's disputed gift."""
        charge = self._latest_of(self._said["dispute"]["name"]).charge_id
        db.session.rollback()
        self._stripe.dispute(str(charge))

    def _latest_of(self, name: str) -> Donation:
        newest = select(Donation).where(Donation.name == name).order_by(Donation.id.desc()).limit(1)
        return db.session.scalars(newest).one()

    def listen(self) -> None:
        """Take in what Stripe has said since the last time, and follow it up."""
        bodies = list(self._gateway.events_since(self._listed_since))
        missing = catching_up.missing_events(bodies, live=self._settings.live)
        db.session.rollback()
        if missing:
            with writing():
                for delivery in missing:
                    inbox.take_in(delivery, stripe_news.apply)
            # More may be listed of the same second.
            self._listed_since = max(each.news.created for each in missing)
        self._follow_up()
        duties.do_all_due([payouts.duty(self._gateway)])

    def _follow_up(self) -> None:
        """Look up what the events left open, once for each thing that they lead to: what it is now is what all of them
        led to. Plans come first, for what is paid of one is booked to it."""
        waiting = select(StripeEvent.id, StripeEvent.body).where(StripeEvent.state == PENDING)
        pending = db.session.execute(waiting.order_by(StripeEvent.id)).all()
        db.session.rollback()
        newest: dict[tuple[str, str], News] = {}
        for news in (News(json.loads(row.body)) for row in pending):
            # That an invoice was paid leads to its payment too, of which there is news besides.
            if news.type != "invoice.paid" or _leads_to(news) not in newest:
                newest[_leads_to(news)] = news
        plans_first = sorted(newest.items(), key=lambda each: each[0][0] != _PLAN)
        found = [stripe_news.look(news, self._gateway) for _, news in plans_first]
        if found:
            with writing():
                for each in found:
                    stripe_news.book(each)
                done = StripeEvent.id.in_([row.id for row in pending])
                db.session.execute(update(StripeEvent).where(done).values(state=APPLIED))


def _leads_to(news: News) -> tuple[str, str]:
    """What this news leads to at Stripe: a kind and an id. One payment or plan has news of many types."""
    about = news.object
    match news.type.split("."):
        case ["charge", "succeeded" | "updated"]:
            return _PAYMENT, str(about["payment_intent"])
        case ["payment_intent", _]:
            return _PAYMENT, str(about["id"])
        case ["invoice_payment", _]:
            return _PAYMENT, str(about["payment"]["payment_intent"])
    subscription_id = plans_news.subscription_of(news)
    return (_PLAN, subscription_id) if subscription_id else (news.type.split(".")[0], str(about["id"]))


def appeal_at(slug: str) -> Appeal:
    """The example's appeal with this address."""
    return db.session.scalars(select(Appeal).where(Appeal.slug == slug)).one()


def email_of(name: str) -> str:
    """An address at which nobody is reached: .example is kept free (RFC 2606)."""
    plain = "".join(each for each in name.casefold() if each.isascii() and (each.isalnum() or each == " "))
    return f"{'.'.join(plain.split())}@readers.example"
