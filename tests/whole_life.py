"""The money's whole life at Stripe: a gift and a monthly plan with everything that may befall them, told in events.

Every event keeps the world as it was when it happened, so that a schedule can choose how far Stripe has come when the
worker looks. `Account` says what may happen at Stripe; here is what did.
"""

import copy
from dataclasses import replace
from typing import Any

from app import clock
from app.payments import subscription
from tests import stripe_bodies as says
from tests.stripe_account import DAY, Account

# What a look at Stripe may find otherwise from one event to the next.
_WORLD = ("charges", "refunds", "disputes", "payouts", "transactions", "paid_in", "invoices", "body")


class WholeLife(Account):
    """One gift of £25 and one plan of £10 a month, named by their references.

    The gift is refunded twice in part (the second refund fails later), disputed and lost but for £7; £3 and £4 more
    come back after that. The plan's first month is disputed and won; its second is paid at the second try; then it
    gives £15 a month, of which the third is refunded; then it ends. Stripe pays out twice: the first payout comes
    back.
    """

    def __init__(self, gift: str, plan: str) -> None:
        super().__init__()
        self.plan, self.of_plan = plan, set[str]()
        self.invoices: dict[str, str] = {}
        self.body = says.subscription(plan, latest_invoice=None, status="incomplete")
        self.worlds: list[dict[str, Any]] = []
        charged = self._is_given(gift)
        first = self._month(1, 1000, begins=True)
        self._payout_comes_back(self.pays_out())
        self._is_given_back(charged, first)
        self._second_month()
        lost = self._is_disputed(charged, 2000)
        won = self._is_disputed(first, 1000)
        self._changes(self.body["items"]["data"][0]["price"], unit_amount=1500)
        third = self._month(3, 1500)
        self.gives_back(third, 1500)
        self._is_lost(lost, 700)
        self._is_overturned(lost, 300)
        self._is_overturned(lost, 400)
        self.decides(won, "won")
        self.happens("charge.dispute.funds_reinstated", won)
        self.happens("payout.created", self.pays_out())
        self._changes(self.body, "deleted", status="canceled", ended_at=self.now)

    def stand_at(self, number: int) -> None:
        """From now on Stripe is found as it was right after this event, or at the end."""
        self.present = min(number, len(self.worlds) - 1)
        vars(self).update(self.worlds[self.present])

    def happens(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """As in any account; what it says, and the world around it, will not change with what comes later."""
        super().happens(kind, about)
        self.events[-1] = copy.deepcopy(self.events[-1])
        self.worlds.append(copy.deepcopy({name: getattr(self, name) for name in _WORLD}))
        return about

    # What happens.

    def _is_given(self, gift: str) -> dict[str, Any]:
        charged = self.gives(gift, 2500)
        self.happens("payment_intent.succeeded", says.intent(gift, charge_id=charged["id"]))
        self.happens("checkout.session.completed", says.session(gift, charge_id=charged["id"]))
        return charged

    def _month(self, month: int, minor: int, *, begins: bool = False) -> dict[str, Any]:
        """A month is paid, and Stripe tells of it in five ways, or, of the first, in seven."""
        self.now += 30 * DAY
        charged = self.gives(None, minor)
        name, invoice_id = charged["id"], f"in_{month}"
        self.of_plan.add(name)
        self.invoices[invoice_id] = name
        if begins:
            session = says.session(
                None, charge_id=name, payment_intent=None, mode="subscription", subscription=self.body["id"],
                metadata={"plan": self.plan},
            )  # fmt: skip
            self.happens("checkout.session.completed", session)
        self.happens("payment_intent.succeeded", says.intent(None, charge_id=name))
        self.happens("invoice.paid", self._invoice(invoice_id, "paid"))
        self.happens("invoice_payment.paid", says.invoice_payment(name, invoice_id=invoice_id))
        self._changes(self.body, "created" if begins else "updated", status="active", latest_invoice=invoice_id)
        return charged

    def _second_month(self) -> None:
        self._changes(self.body, status="past_due", latest_invoice="in_2")
        self.happens("charge.failed", says.charge(None, charge_id="ch_declined", status="failed", paid=False))
        self.happens("invoice.payment_failed", self._invoice("in_2", "open"))
        self._month(2, 1000)

    def _is_given_back(self, charged: dict[str, Any], first: dict[str, Any]) -> None:
        self.gives_back(charged, 500)
        self.happens("charge.refunded", charged)
        failing = self.gives_back(charged, 300)
        self.happens("refund.updated", failing)
        self.now += DAY
        self.fails(failing)
        self.gives_back(first, 200)

    def _is_disputed(self, charged: dict[str, Any], minor: int) -> dict[str, Any]:
        disputed = self.disputes_it(charged, minor)
        self.happens("charge.dispute.funds_withdrawn", disputed)
        return disputed

    def _is_lost(self, disputed: dict[str, Any], reinstated: int) -> None:
        self.now += DAY
        disputed["balance_transactions"].append(self.moves("adjustment", disputed["id"], reinstated))
        self.happens("charge.dispute.funds_reinstated", disputed)
        self.decides(disputed, "lost")

    def _is_overturned(self, disputed: dict[str, Any], reinstated: int) -> None:
        """A part of what was lost is given back; the last of them may be the whole rest, or not."""
        self.now += DAY
        disputed["balance_transactions"].append(self.moves("adjustment", disputed["id"], reinstated))
        self.happens("charge.dispute.funds_reinstated", disputed)

    def _payout_comes_back(self, paid: dict[str, Any]) -> None:
        self.happens("payout.created", paid)
        self.now += DAY
        self.payout_fails(paid)

    def _changes(self, what: dict[str, Any], how: str = "updated", **changes: Any) -> None:
        what.update(changes)
        self.happens(f"customer.subscription.{how}", self.body)

    def _invoice(self, invoice_id: str, status: str) -> dict[str, Any]:
        return says.invoice(self.plan, invoice_id=invoice_id, subscription_id=self.body["id"], status=status)

    # What the gateway is asked beyond what any account answers, and where a charge is of the plan.

    def charge(self, charge_id: str):
        """As `Lookup.charge`, which finds the plan through the invoice."""
        found = super().charge(charge_id)
        return replace(found, plan=self.plan) if charge_id in self.of_plan else found

    def charge_of_invoice(self, invoice_id: str):
        """As `Lookup.charge_of_invoice`."""
        return self.charge(self.invoices[invoice_id]) if invoice_id in self.invoices else None

    def subscription(self, _subscription_id: str):
        """As `Lookup.subscription`."""
        return subscription.read(self.body, clock.now())

    def refund(self, refund_id: str):
        """As `Lookup.refund`."""
        return self._claimed(super().refund(refund_id))

    def refunds_of(self, charge_id: str):
        """As `Lookup.refunds_of`."""
        return [self._claimed(each) for each in super().refunds_of(charge_id)]

    def dispute(self, dispute_id: str):
        """As `Lookup.dispute`."""
        return self._claimed(super().dispute(dispute_id))

    def events_since(self, since: int):
        """As `Lookup.events_since`; what has not happened yet is not listed."""
        listed, self.events = self.events, self.events[: self.present + 1]
        yield from list(super().events_since(since))
        self.events = listed

    def _claimed(self, found: Any) -> Any:
        return replace(found, charge=self.charge(found.charge.charge_id))
