"""A monthly plan at Stripe: a subscription that charges each month, answers what it is asked, and can be changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app import clock
from app.database import db, writing
from app.donations import stripe_news
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.payments import objects, subscription
from app.payments.inbox import News, Outcome
from tests import stripe_bodies as says
from tests.cast import a_gift


def a_plan(appeal, nonce: str = "nonce-1", **changes: Any) -> Plan:
    """A pledged plan of £10 a month, committed."""
    with writing():
        return planning.pledge_plan(appeal, a_gift(**{"minor": 1000, **changes}), nonce)


class Months:
    """The subscription of one plan, with one invoice and one charge a month so far."""

    def __init__(self, plan: Plan, mark: str = "1") -> None:
        self.plan, self.mark = plan.reference, mark
        self.body = says.subscription(plan.reference, subscription_id=f"sub_{mark}", latest_invoice=None)
        self.charges: dict[str, dict[str, Any]] = {}
        # What each month's invoice names, which was made final before its charge.
        self.appeals: dict[str, str | None] = {}
        self.asked: list[tuple[str, Any, str]] = []
        self.failure: Exception | None = None
        self.looked = timedelta(0)

    def pays(self, month: int = 1, minor: int = 1000) -> list[dict[str, Any]]:
        """A month is paid: everything that Stripe tells of it, in no order to rely on."""
        name = f"ch_{self.mark}m{month}"
        charged = says.charge(None, charge_id=name, minor=minor)
        self.charges[name] = charged
        self.appeals.setdefault(name, self.body["metadata"].get("appeal"))
        self.body["latest_invoice"] = f"in_{name}"
        self.body["status"] = "active"
        kinds = [
            ("charge.succeeded", charged),
            ("payment_intent.succeeded", says.intent(None, charge_id=name)),
            ("invoice.paid", self._invoice(name)),
            ("invoice_payment.paid", says.invoice_payment(name, invoice_id=f"in_{name}")),
            ("customer.subscription.updated", self.body),
        ]
        if month == 1:
            session = says.session(
                None, charge_id=name, payment_intent=None, mode="subscription", subscription=self.body["id"],
                metadata={"plan": self.plan},
            )  # fmt: skip
            kinds += [("checkout.session.completed", session), ("customer.subscription.created", self.body)]
        return [says.event(kind, body) for kind, body in kinds]

    def fails(self, month: int = 2, *, asking: bool = False) -> list[dict[str, Any]]:
        """A month's payment is declined; or the bank is `asking` the donor to confirm it."""
        invoice = says.invoice(
            self.plan, invoice_id=f"in_failed{month}", subscription_id=self.body["id"], status="open",
            hosted_invoice_url=f"https://invoice.stripe.com/i/failed{month}",
        )  # fmt: skip
        # The look fetches the latest invoice along.
        self.body.update(status="past_due", latest_invoice=invoice)
        return [
            says.event("invoice.payment_action_required" if asking else "invoice.payment_failed", invoice),
            says.event("customer.subscription.updated", self.body),
            says.event("charge.failed", says.charge(None, charge_id="ch_declined", status="failed", paid=False)),
        ]

    def ends(self) -> dict[str, Any]:
        """It is canceled at Stripe."""
        self.body.update(status="canceled", ended_at=int(clock.now().timestamp()))
        return says.event("customer.subscription.deleted", self.body)

    def told(self) -> dict[str, Any]:
        """News that something about it has changed."""
        return says.event("customer.subscription.updated", self.body)

    def _invoice(self, charge_id: str) -> dict[str, Any]:
        return says.invoice(self.plan, invoice_id=f"in_{charge_id}", subscription_id=self.body["id"])

    # What the gateway is asked.

    def charge(self, charge_id: str):
        """As `Lookup.charge`, which finds the plan through the invoice."""
        _no_transaction()
        charge = objects.read_charge(self.charges[charge_id])
        return replace(charge, plan=self.plan, appeal=self.appeals.get(charge_id))

    def charge_of(self, intent_id: str):
        """As `Lookup.charge_of`."""
        return self.charge(intent_id.removeprefix("pi_"))

    def charge_of_invoice(self, invoice_id: str):
        """As `Lookup.charge_of_invoice`."""
        return self.charge(invoice_id.removeprefix("in_"))

    def subscription(self, _subscription_id: str):
        """As `Lookup.subscription`; `looked` turns the clock of the look."""
        _no_transaction()
        return subscription.read(self.body, clock.now() + self.looked)

    def change_amount(self, _found, amount, key):
        """As `StripeGateway.change_amount`."""
        return self._changed("amount", amount.minor, key, items=self._items(amount.minor))

    def change_appeal(self, _found, appeal, title, key):
        """As `StripeGateway.change_appeal`: an invoice that is final keeps what its subscription named then."""
        metadata = {**self.body["metadata"], "appeal": appeal}
        return self._changed("appeal", appeal, key, metadata=metadata, description=title)

    def pause(self, _found, until, key):
        """As `StripeGateway.pause`."""
        pause = {"behavior": "void", "resumes_at": int(until.timestamp())}
        return self._changed("pause", until, key, pause_collection=pause)

    def resume(self, _found, key):
        """As `StripeGateway.resume`."""
        return self._changed("resume", None, key, pause_collection=None)

    def cancel(self, _found, key):
        """As `StripeGateway.cancel`."""
        return self._changed("cancel", None, key, status="canceled", ended_at=int(clock.now().timestamp()))

    def card_page(self, customer_id: str, return_url: str) -> str:
        """As `StripeGateway.card_page`."""
        _no_transaction()
        self.asked.append(("card", customer_id, return_url))
        return "https://billing.stripe.com/p/session/test"

    def _changed(self, what: str, how: Any, key: str, **changes: Any):
        _no_transaction()
        self.asked.append((what, how, key))
        if self.failure:
            raise self.failure
        self.body.update(changes)
        return self.subscription("")

    def _items(self, minor: int) -> dict[str, Any]:
        (item,) = self.body["items"]["data"]
        return {"data": [{**item, "price": {**item["price"], "unit_amount": minor}}]}


def follow_up(events: list[dict[str, Any]], stripe: Months) -> list[Outcome]:
    """What webhook and worker do with events, one after the other."""
    return [_follow_up(News(event), stripe) for event in events]


def _follow_up(told: News, stripe: Months) -> Outcome:
    with writing():
        outcome = stripe_news.apply(told)
    if outcome is Outcome.PENDING:
        found = stripe_news.look(told, stripe)  # type: ignore[arg-type]
        with writing():
            stripe_news.book(found)
    return outcome


def a_running_plan(appeal, nonce: str = "nonce-1", **changes: Any) -> tuple[Plan, Months]:
    """A plan whose first month is paid."""
    plan = a_plan(appeal, nonce, **changes)
    stripe = Months(plan, nonce)
    follow_up(stripe.pays(), stripe)
    db.session.rollback()
    plan = db.session.get_one(Plan, plan.id, populate_existing=True)
    # As it was then; a worker's or a request's end takes the session away.
    db.session.expunge(plan)
    db.session.rollback()
    return plan, stripe


def _no_transaction() -> None:
    assert not db.session().in_transaction()
