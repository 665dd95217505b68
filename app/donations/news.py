"""What Stripe's news means for a gift. An event is a knock: its type says where to look, the object says what is so.

`apply` acts on an event's own body when that suffices; otherwise the event stays pending, and the worker calls
`look`, which asks Stripe with no transaction open, and then `settle_found`, which books what was found.
"""

from collections.abc import Callable

from app.donations import giving, settlement
from app.payments import charge as charges
from app.payments.charge import API_VERSION, DONATION, Charge
from app.payments.event import News
from app.payments.gateway import Gateway
from app.payments.inbox import Outcome


def apply(news: News) -> Outcome:
    """Apply an event as far as its body goes; the caller commits. Types we do not know are ignored, not refused."""
    handler = _HANDLERS.get(news.type)
    return Outcome.IGNORED if handler is None else handler(news)


def known_types() -> list[str]:
    """The types that mean something to this release; ignored events of these are taken up again."""
    return sorted(_HANDLERS)


def look(news: News, gateway: Gateway) -> Charge | None:
    """Ask Stripe for the charge that an event is about, as it is now; `None` when there is none (yet).

    Raises what the gateway raises. Must be called with no transaction open.
    """
    match news.type.partition(".")[0]:
        case "charge":
            return gateway.charge(news.object["id"])
        case "payment_intent":
            return gateway.charge_of(news.object["id"])
        case _:
            return gateway.charge_of(news.object["payment_intent"])


def settle_found(charge: Charge | None) -> None:
    """Book what `look` found; the caller commits. A charge that has not succeeded moves no money and books nothing."""
    if charge is not None and charge.succeeded:
        settlement.settle(charge)


def _charge_succeeded(news: News) -> Outcome:
    """The body suffices when it is in our version and names the donation; otherwise the charge is fetched."""
    if news.api_version != API_VERSION:
        return Outcome.APPLIED if settlement.is_settled(news.object["id"]) else Outcome.PENDING
    charge = charges.read(news.object)
    if charge.donation is None:
        return Outcome.PENDING
    settle_found(charge)
    return Outcome.APPLIED


def _intent_succeeded(news: News) -> Outcome:
    charge_id = news.object.get("latest_charge")
    return Outcome.APPLIED if isinstance(charge_id, str) and settlement.is_settled(charge_id) else Outcome.PENDING


def _session_completed(news: News) -> Outcome:
    """A paid session's charge is fetched, unless it is booked; an unpaid one waits for its own later news."""
    if news.object.get("payment_status") != "paid" or not news.object.get("payment_intent"):
        return Outcome.APPLIED
    return Outcome.APPLIED if giving.is_received(_donation(news)) else Outcome.PENDING


def _not_paid(news: News) -> Outcome:
    giving.abandon(_donation(news))
    return Outcome.APPLIED


def _declined(news: News) -> Outcome:
    settlement.declined(_donation(news))
    return Outcome.APPLIED


def _donation(news: News) -> str:
    return str((news.object.get("metadata") or {}).get(DONATION, ""))


_HANDLERS: dict[str, Callable[[News], Outcome]] = {
    "checkout.session.completed": _session_completed,
    "checkout.session.async_payment_succeeded": _session_completed,
    "checkout.session.async_payment_failed": _not_paid,
    "checkout.session.expired": _not_paid,
    "payment_intent.succeeded": _intent_succeeded,
    "payment_intent.payment_failed": _declined,
    "payment_intent.canceled": _not_paid,
    "charge.succeeded": _charge_succeeded,
    "charge.failed": _declined,
}
