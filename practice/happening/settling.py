"""What comes later by itself: fees, available money, new months, and the ends of whatever waits to end."""

import sqlite3

from practice import simulated_time, store
from practice.happening import collecting, debiting, disputing, paying, renewing
from practice.objects import payouts, refunds, sessions, transactions
from practice.webhooks.events import BY_ITSELF


def settle_what_is_due(db: sqlite3.Connection) -> None:
    """Do everything whose time has come: each object says what it waited for by what it is."""
    for stored in store.due(db):
        match stored.body["object"]:
            case "charge" if stored.body["status"] == "pending":
                debiting.end(db, stored.body)
            case "charge":
                paying.capture(db, stored.body)
            case "balance_transaction":
                transactions.make_available(db, stored.body)
            case "refund":
                refunds.end(db, stored)
            case "dispute":
                disputing.lose(db, stored.body)
            case "payout":
                payouts.go_on(db, stored.body)
            case "subscription":
                renewing.go_on(db, stored)
            case "invoice":
                collecting.try_again(db, stored.body)
            case _:
                sessions.expire(db, stored.body, stored.private, BY_ITSELF)


def pass_time(db: sqlite3.Connection, until: float) -> None:
    """Let time go by until that moment (Unix seconds), and everything happen at its time on the way."""
    settle_what_is_due(db)
    while (moment := store.next_due(db)) is not None and moment <= until:
        simulated_time.put_forward_to(db, moment)
        settle_what_is_due(db)
    simulated_time.put_forward_to(db, until)
