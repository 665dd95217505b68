"""What the books say Stripe holds for us, against what all of Stripe's movements add up to."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.database import db
from app.ledger.accounts import Account
from app.ledger.balances import Balance
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.payments.objects import StripeMovement, StripeTransaction

# Stripe makes a charge's movement known within minutes; one that we have known for longer without it is not explained
# by that.
_SETTLES_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Whole:
    """The Stripe account in one currency: what the books say it holds, what Stripe's movements add up to, and the
    charges of the last days whose movement Stripe has not made known yet."""

    books: Money
    stripe: Money
    waiting: Money

    @property
    def difference(self) -> Money:
        """What nothing explains; it must be nothing."""
        return self.books - self.stripe - self.waiting


def whole() -> list[Whole]:
    """The Stripe account in every currency in which it has ever moved."""
    rows = db.session.execute(
        select(StripeTransaction.currency, func.sum(StripeTransaction.net_minor).label("net")).group_by(
            StripeTransaction.currency
        )
    )
    nets = {row.currency: int(row.net) for row in rows}
    accounts = db.session.execute(
        select(Account.id, Account.currency, (Balance.in_minor - Balance.out_minor).label("balance"))
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.code == "assets:stripe:" + Account.currency)
        .order_by(Account.currency)
    ).all()
    held = {row.currency: row for row in accounts}
    return [
        Whole(
            Money(held[currency].balance if currency in held else 0, currency),
            Money(nets.get(currency, 0), currency),
            _waiting(held[currency].id, currency) if currency in held else Money(0, currency),
        )
        for currency in sorted({*nets, *held})
    ]


def _waiting(account_id: int, currency: str) -> Money:
    """The charges that came into the books in the last days and that no transaction of Stripe's is linked to yet."""
    linked = select(StripeMovement.line).where(StripeMovement.entry_id == Entry.id).exists()
    total = db.session.scalar(
        select(func.sum(Transfer.amount_minor))
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(
            Transfer.to_account_id == account_id,
            Entry.recorded_at >= clock.now() - _SETTLES_WITHIN,
            Entry.source.like("stripe:%:received"),
            ~linked,
        )
    )
    return Money(int(total or 0), currency)
