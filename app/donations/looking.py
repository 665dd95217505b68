"""Looking: an event's type says where to look at Stripe, and what is found there is what is so."""

from dataclasses import dataclass

from app.donations.plans import news as plans_news
from app.payments.event import News
from app.payments.lookup import Lookup
from app.payments.objects import Charge, Dispute, Refund
from app.payments.payout import Payout
from app.payments.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at Stripe has found; each refund and dispute brings its charge along."""

    charge: Charge | None = None
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    payout: Payout | None = None
    subscription: Subscription | None = None


def look(news: News, gateway: Lookup) -> Found:
    """Ask Stripe for what an event is about, as it is now. Raises what the gateway raises. Must be called with no
    transaction open."""
    about = news.object
    match news.type.split("."):
        case ["charge", "refunded"]:
            return Found(charge=gateway.charge(about["id"]), refunds=tuple(gateway.refunds_of(about["id"])))
        case ["charge", "dispute", _]:
            return Found(disputes=(gateway.dispute(about["id"]),))
        case ["refund", _] | ["charge", "refund", _]:
            return Found(refunds=(gateway.refund(about["id"]),))
        case ["payout", _]:
            return Found(payout=gateway.payout(about["id"]))
        case ["charge", _]:
            return Found(charge=gateway.charge(about["id"]))
        case ["payment_intent", _]:
            return Found(charge=gateway.charge_of(about["id"]))
        case ["invoice_payment", _]:
            intent_id = about["payment"].get("payment_intent")
            return Found(charge=gateway.charge_of(intent_id) if intent_id else None)
        case ["customer", _, _] | ["invoice", _]:
            return _look_at_plan(news, gateway)
    return _look_at_plan(news, gateway) if about.get("subscription") else _look_at_charge(about, gateway)


def _look_at_charge(session: dict[str, object], gateway: Lookup) -> Found:
    return Found(charge=gateway.charge_of(str(session["payment_intent"])))


def _look_at_plan(news: News, gateway: Lookup) -> Found:
    """The subscription that the news is about, and the charge when the news is that an invoice was paid."""
    subscription_id = plans_news.subscription_of(news)
    return Found(
        charge=gateway.charge_of_invoice(news.object["id"]) if news.type == "invoice.paid" else None,
        subscription=gateway.subscription(subscription_id) if subscription_id else None,
    )
