"""Webhooks settled a second: signature, inbox, donation, entry, balances, in one durable commit."""

import secrets
from collections.abc import Iterator

from sqlalchemy import insert, select, text

from app import clock
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations.donation import PLEDGED, Donation
from app.ledger import posting
from tests import stripe_bodies
from tests.bench import load
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.serving import SUBJECT, served
from tests.bench.staging import SECRET, Stage, staged
from tests.cast import an_appeal

BASELINE = "tests.bench.by_hand:Behind()"
_CONNECTIONS = 8
_COUNTS = """SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM receipts), (SELECT sum(gifts) FROM balances),
  (SELECT count(*) FROM donations WHERE state = 'received'),
  (SELECT count(*) FROM stripe_events WHERE state = 'applied')
"""


def run(plan: Plan) -> Iterator[Figure]:
    count = plan.sized(16, 800, 3000)
    for database in plan.databases:
        with (
            staged(database, plan.folder) as own,
            staged(database, plan.folder) as other,
            served(SUBJECT, own.environment, own.folder / "server.log") as own_server,
            served(BASELINE, other.environment, other.folder / "server.log") as other_server,
        ):
            subject, baseline = Settling(own, own_server.port, count), Settling(other, other_server.port, count)
            rounds = in_turns(plan.repeat, subject.rate, baseline.rate)
            subject.check()
            baseline.check()
            yield ratio(
                rounds,
                bench="webhooks",
                what=f"webhooks settled a second, {_CONNECTIONS} connections, against raw SQL",
                database=database,
                goal=Goal("at least", 0.5),
                unit="/s",
            )


class Settling:
    """A server, and pledges enough to settle `count` of them in every round."""

    def __init__(self, stage: Stage, port: int, count: int) -> None:
        self.stage, self.port, self.count, self.settled = stage, port, count, 0
        self.rate()

    def rate(self) -> float:
        """Webhooks settled a second in one round; the very first round warms the server up."""
        signed = [delivery(reference) for reference in pledges(self.stage, self.count)]
        self.settled += self.count
        return load.put(self.port, signed, self.stage.folder, connections=_CONNECTIONS).rate

    def check(self) -> None:
        """What was fast must also have been right."""
        with self.stage.app():
            counts = db.session.execute(text(_COUNTS)).one()
        if set(counts) != {self.settled}:
            raise RuntimeError(f"of {self.settled} gifts the books have {tuple(counts)}")


def pledges(stage: Stage, number: int) -> list[str]:
    """That many donations that wait for their charge; their references."""
    references = [secrets.token_hex(12) for _ in range(number)]
    with stage.app():
        appeal = db.session.scalars(select(Appeal)).first() or an_appeal()
        with writing():
            posting.account_id("assets:stripe", "gbp")
            db.session.execute(
                insert(Donation.__table__),  # type: ignore[arg-type]
                [
                    {
                        "reference": reference,
                        "appeal_id": appeal.id,
                        "amount_minor": 2500,
                        "currency": "gbp",
                        "state": PLEDGED,
                        "pledged_at": clock.now(),
                        "name": "Łucja Okoń",
                        "email": "lucja@example.org",
                        "name_may_be_shown": False,
                        "submission": secrets.token_hex(32),
                        "checkout_key": secrets.token_hex(16),
                    }
                    for reference in references
                ],
            )
    return references


def delivery(reference: str) -> bytes:
    """A signed charge.succeeded of about the size that Stripe sends."""
    number = secrets.token_hex(8)
    charge = stripe_bodies.charge(
        reference,
        charge_id=f"ch_{number}",
        billing_details={"address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))},
        outcome={
            "network_status": "approved_by_network",
            "risk_level": "normal",
            "seller_message": "Payment complete.",
        },
        payment_method_details={"card": {f"detail_{index}": "x" * 20 for index in range(40)}, "type": "card"},
    )
    event = stripe_bodies.event("charge.succeeded", charge, id=f"evt_{number}")
    body, headers = stripe_bodies.signed(event, SECRET)
    return load.request("POST", "/webhooks/stripe", headers, body)
