"""What Stripe's news means for a gift. Its type says where to look, the object itself says what is so.

`apply` acts on an event's own body when that suffices; otherwise the event stays pending, and the worker calls
`look`, which asks Stripe with no transaction open, and then `book`, which books what was found.

Looking: an event's type says where to look at Stripe, and what is found there is what is so.

Taking in: a balance transaction that came without news leads to what caused it, and both are booked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app import clock
from app.database import db
from app.donations import checkout, debits, disputes, movements, payouts, receipts, refunds, settlement
from app.donations.plans import news as plans_news
from app.donations.plans import payments, planning
from app.payments.inbox import News, Outcome
from app.payments.objects import (
    API_VERSION,
    DONATION,
    Charge,
    Refund,
    StripeDispute,
    StripeMovement,
    StripeTransaction,
    Transaction,
    read_charge,
)
from app.payments.payout import StripePayout
from app.payments.subscription import Subscription
from app.services import Lookup


@dataclass(frozen=True, slots=True)
class StripeNews:
    """What a look at Stripe has found; each refund and dispute brings its charge along."""

    charge: Charge | None = None
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[StripeDispute, ...] = ()
    payout: StripePayout | None = None
    subscription: Subscription | None = None


def look(news: News, gateway: Lookup) -> StripeNews:
    """Ask Stripe for what an event is about, as it is now. Raises what the gateway raises. Must be called with no
    transaction open."""
    about = news.object
    match news.type.split("."):
        case ["charge", "refunded"]:
            return StripeNews(charge=gateway.charge(about["id"]), refunds=tuple(gateway.refunds_of(about["id"])))
        case ["charge", "dispute", _]:
            return StripeNews(disputes=(gateway.dispute(about["id"]),))
        case ["refund", _] | ["charge", "refund", _]:
            return StripeNews(refunds=(gateway.refund(about["id"]),))
        case ["payout", _]:
            return StripeNews(payout=gateway.payout(about["id"]))
        case ["charge", _]:
            return StripeNews(charge=gateway.charge(about["id"]))
        case ["payment_intent", _]:
            return StripeNews(charge=gateway.charge_of(about["id"]))
        case ["invoice_payment", _]:
            intent_id = about["payment"].get("payment_intent")
            return StripeNews(charge=gateway.charge_of(intent_id) if intent_id else None)
        case ["customer", _, _] | ["invoice", _]:
            return _look_at_plan(news, gateway)
    return _look_at_plan(news, gateway) if about.get("subscription") else _look_at_charge(about, gateway)


def _look_at_charge(session: dict[str, object], gateway: Lookup) -> StripeNews:
    return StripeNews(charge=gateway.charge_of(str(session["payment_intent"])))


def _look_at_plan(news: News, gateway: Lookup) -> StripeNews:
    """The subscription that the news is about, and the charge when the news is that an invoice was paid."""
    subscription_id = plans_news.subscription_of(news)
    return StripeNews(
        charge=gateway.charge_of_invoice(news.object["id"]) if news.type == "invoice.paid" else None,
        subscription=gateway.subscription(subscription_id) if subscription_id else None,
    )


def apply(news: News) -> Outcome:
    """Apply an event as far as its body goes; the caller commits. Types we do not know are ignored, not refused."""
    handler = _HANDLERS.get(news.type)
    return Outcome.IGNORED if handler is None else handler(news)


def known_types() -> list[str]:
    """The types that mean something to this release; ignored events of these are taken up again."""
    return sorted(_HANDLERS)


def book(found: StripeNews) -> None:
    """Book every movement that what was found implies, the charge before what follows from it; the caller commits.

    Whatever was booked before stays as it is, so the order in which news comes makes no difference.
    """
    if found.subscription is not None:
        planning.note(found.subscription)
        plans_news.note(found.subscription)
    for refund in found.refunds:
        refunds.note(refund)
    if found.charge is not None:
        settle(found.charge)
    for refund in found.refunds:
        settle(refund.charge)
        refunds.book(refund)
    for dispute in found.disputes:
        settle(dispute.charge)
        disputes.book(dispute)
    if found.payout is not None:
        payouts.book(found.payout)
    returned = {found.charge.charge_id} if found.charge is not None and found.charge.returned is not None else set()
    changed = (
        returned
        | {each.charge.charge_id for each in found.refunds}
        | {each.charge.charge_id for each in found.disputes}
    )
    for charge_id in sorted(changed):
        receipts.correct(charge_id)


def settle(charge: Charge) -> None:
    """Book a charge and what is known of its settlement; one that has not come moves no money."""
    if charge.pending:
        debits.under_way(charge)
    if charge.has_come and settlement.settle(charge):
        if charge.transaction is not None:
            movements.book_settlement(charge, charge.transaction)
        if charge.returned is not None:
            debits.book(charge, charge.returned)


def _always_look(_news: News) -> Outcome:
    """What these events are about is never in their body whole."""
    return Outcome.PENDING


def _charge_succeeded(news: News) -> Outcome:
    """The body suffices when it is in our version and names the donation; otherwise the charge is fetched."""
    if news.api_version != API_VERSION:
        return Outcome.APPLIED if settlement.is_settled(news.object["id"]) else Outcome.PENDING
    charge = read_charge(news.object)
    if charge.donation is None or charge.received_at is None:
        return Outcome.PENDING
    settle(charge)
    return Outcome.APPLIED


def _intent_succeeded(news: News) -> Outcome:
    charge_id = news.object.get("latest_charge")
    return Outcome.APPLIED if isinstance(charge_id, str) and settlement.is_settled(charge_id) else Outcome.PENDING


def _session_completed(news: News) -> Outcome:
    """A paid session's charge is fetched, unless it is booked; an unpaid one is on its way and waits for its own later
    news. One that began a monthly plan leads to its subscription."""
    if news.object.get("subscription"):
        return Outcome.PENDING
    if news.object.get("payment_status") == "unpaid":
        debits.begun(_donation(news), _moment(news))
    if news.object.get("payment_status") != "paid" or not news.object.get("payment_intent"):
        return Outcome.APPLIED
    return Outcome.APPLIED if checkout.is_received(_donation(news)) else Outcome.PENDING


def _not_paid(news: News) -> Outcome:
    checkout.abandon(_donation(news))
    plans_news.not_begun(news)
    return Outcome.APPLIED


def _canceled(news: News) -> Outcome:
    debits.declined(_donation(news), _moment(news))
    return _not_paid(news)


def _debit_failed(news: News) -> Outcome:
    """The session is over and its payment, which takes days, has failed."""
    debits.failed(_donation(news), _moment(news))
    plans_news.not_begun(news)
    return Outcome.APPLIED


def _charge_pending(news: News) -> Outcome:
    if news.api_version != API_VERSION:
        return Outcome.PENDING
    charge = read_charge(news.object)
    if charge.donation is None:
        return Outcome.PENDING
    settle(charge)
    return Outcome.APPLIED


def _charge_failed(news: News) -> Outcome:
    """One that had come and was taken back is looked up; any other was declined, a plan's as well."""
    if news.object.get("failure_balance_transaction") or settlement.is_settled(news.object["id"]):
        return Outcome.PENDING
    debits.declined(_donation(news) or payments.known(news.object["id"]) or "", _moment(news))
    return Outcome.APPLIED


def _declined(news: News) -> Outcome:
    debits.declined(_donation(news), _moment(news))
    return Outcome.APPLIED


def _moment(news: News) -> datetime:
    """When it happened, by Stripe's clock."""
    return clock.from_timestamp(news.created)


def _donation(news: News) -> str:
    return str((news.object.get("metadata") or {}).get(DONATION, ""))


_HANDLERS: dict[str, Callable[[News], Outcome]] = {
    "checkout.session.completed": _session_completed,
    "checkout.session.async_payment_succeeded": _session_completed,
    "checkout.session.async_payment_failed": _debit_failed,
    "checkout.session.expired": _not_paid,
    "payment_intent.succeeded": _intent_succeeded,
    "payment_intent.payment_failed": _declined,
    "payment_intent.canceled": _canceled,
    "charge.succeeded": _charge_succeeded,
    "charge.failed": _charge_failed,
    "charge.pending": _charge_pending,
    **dict.fromkeys(
        (
            "payment_intent.processing",
            "charge.updated",
            "charge.refunded",
            "charge.refund.updated",
            "refund.created",
            "refund.updated",
            "refund.failed",
            "charge.dispute.created",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
            "payout.created",
            "payout.updated",
            "payout.paid",
            "payout.failed",
            "payout.canceled",
            "payout.reconciliation_completed",
            *plans_news.TYPES,
        ),
        _always_look,
    ),
}


def unknown(transactions: list[Transaction]) -> list[Transaction]:
    """Those of Stripe's transactions that the books do not have, or have without what they caused, oldest first."""
    names = [each.txn_id for each in transactions]
    booked = select(StripeMovement.line).where(StripeMovement.txn_id == StripeTransaction.txn_id).exists()
    moves_nothing = (StripeTransaction.amount_minor == 0) & (StripeTransaction.fee_minor == 0)
    known = set(
        db.session.scalars(
            select(StripeTransaction.txn_id).where(StripeTransaction.txn_id.in_(names), booked | moves_nothing)
        )
    )
    missing = [each for each in transactions if each.txn_id not in known]
    return sorted(missing, key=lambda each: (each.created_at, each.txn_id))


def look_up_transaction(transaction: Transaction, gateway: Lookup) -> StripeNews:
    """Ask Stripe for what caused a transaction: a charge, a refund, a dispute or a payout; nothing for all else.

    Raises what the gateway raises. Must be called with no transaction open in the database.
    """
    source = transaction.source_id or ""
    match source.partition("_")[0]:
        case "ch" | "py":
            return StripeNews(charge=gateway.charge(source))
        case "re" | "pyr":
            return StripeNews(refunds=(gateway.refund(source),))
        case "dp" | "du":
            return StripeNews(disputes=(gateway.dispute(source),))
        case "po":
            return StripeNews(payout=gateway.payout(source))
        case _:
            return StripeNews()


def book_transaction(transaction: Transaction, found: StripeNews) -> None:
    """Book a transaction with what caused it, or by its type when nothing of ours did; the caller commits. Booking it
    again changes nothing."""
    book(found)
    if not movements.is_booked(transaction.txn_id):
        movements.book_by_type(transaction)
