"""The nightly statement: what a day brought and took, what needs somebody, and whether the books agree with Stripe."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text

from app import clock
from app.bank.account import BankAccount
from app.database import db
from app.emails import email
from app.ledger import seals
from app.ledger.entries import CASH, COUNTED, Entry
from app.money import Money
from app.reconciliation import stripe_balance
from app.reconciliation.bank import balance, expected
from app.reconciliation.bank.balance import Agreement
from app.reconciliation.exceptions import acknowledged, finding
from app.reconciliation.exceptions.finding import BookException
from app.reconciliation.stripe_balance import Whole
from app.subject import Subject

# The kind of email.
STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class DayMovements:
    """What a day moved in one currency; `corrected` is what reversals took off (or gave back to) income."""

    gifts: int
    received: Money
    refunded: Money
    lost: Money
    fees: Money
    paid_out: Money
    corrected: Money


@dataclass(frozen=True, slots=True)
class InTransit:
    """What has left Stripe for the bank and is not known to have arrived, since the oldest payout among it."""

    amount: Money
    days: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A day of the books; `banks` is each bank account as of its last import. `late` is how many entries the day
    brought for earlier days; `head` is that of the chain."""

    day: date
    made_at: datetime
    moved: list[DayMovements]
    late: int
    whole: list[Whole]
    in_transit: list[InTransit]
    banks: list[Agreement]
    exceptions: list[BookException]
    head: str


def ask(day: date) -> None:
    """Make a day's statement due to be sent, once there are books; the caller commits."""
    if db.session.scalar(select(Entry.id).where(Entry.booked_on <= day).limit(1)) is not None:
        email.ask(STATEMENT, Subject("day", day.isoformat()), "night")


def of(day: date) -> Statement:
    """The statement of one local day; what stands at the time of asking is as it is now."""
    seq, digest = seals.head()
    return Statement(
        day=day,
        made_at=clock.now(),
        moved=_moved(day),
        late=_late(day),
        whole=stripe_balance.whole(),
        in_transit=_in_transit(),
        banks=_banks(),
        exceptions=acknowledged.apart(finding.find())[0],
        head=f"{seq}:{digest}",
    )


def _moved(day: date) -> list[DayMovements]:
    """The day's sums by currency, read from the lines that the treasurer can read as well."""
    rows = db.session.execute(
        text(
            "SELECT kind, account_kind, account, currency, sum(amount_minor) AS minor, count(DISTINCT entry_id) AS n "
            "FROM ledger_lines WHERE booked_on = :day GROUP BY kind, account_kind, account, currency"
        ),
        {"day": day.isoformat() if db.engine.dialect.name == "sqlite" else day},
    ).all()

    def total(currency: str, *kinds: str, account_kind: tuple[str, ...] = (), account: str = "") -> Money:
        chosen = [
            int(row.minor)
            for row in rows
            if row.currency == currency
            and (not kinds or row.kind in kinds)
            and (not account_kind or row.account_kind in account_kind)
            and row.account.startswith(account)
        ]
        return Money(sum(chosen), currency)

    givers = ("income", "liability")
    return [
        DayMovements(
            gifts=sum(
                row.n
                for row in rows
                if row.kind in COUNTED and row.account_kind == "income" and row.currency == currency
            ),
            # What waits unidentified was received; that it is recognised later moves it within `givers`.
            received=-total(currency, *COUNTED, CASH, "unclaimed-charge", "unidentified", account_kind=givers),
            refunded=total(currency, "refund", "refund-returned", "paid-back", account_kind=givers)
            + total(currency, "banked", account_kind=("liability",)),
            # A cheque that the bank took back is 'banked' from the bank to the appeal.
            lost=total(currency, "dispute-lost", "dispute-overturned", "bounced", account_kind=givers)
            + total(currency, "debit-returned", account_kind=givers)
            + total(currency, "banked", account_kind=("income",)),
            fees=total(currency, account_kind=("expense",))
            - total(currency, account="expenses:in-kind:")
            - total(currency, account="expenses:cash-differences:"),
            paid_out=total(currency, "payout", "payout-returned", account="assets:in-transit:"),
            corrected=total(currency, "reversal", account_kind=givers),
        )
        for currency in sorted({row.currency for row in rows})
    ]


def _late(day: date) -> int:
    """How many entries were recorded on this day for one before it."""
    begins = datetime.combine(day, datetime.min.time(), clock.local_zone())
    within = (Entry.recorded_at >= begins) & (Entry.recorded_at < begins + timedelta(days=1))
    return db.session.scalar(select(func.count()).where(within, Entry.booked_on < day)) or 0


def _in_transit() -> list[InTransit]:
    """What is on its way; a payout that the bank's statement shows has arrived."""
    return [InTransit(amount, (clock.today() - since).days) for amount, since in expected.in_transit().values()]


def _banks() -> list[Agreement]:
    """Each bank account of which a statement was ever taken in."""
    accounts = db.session.scalars(select(BankAccount).order_by(BankAccount.id)).all()
    return [found for account in accounts if (found := balance.of(account)) is not None]
