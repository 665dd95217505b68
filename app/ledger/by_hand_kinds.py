"""The kinds of entries that people make by hand, and between which accounts each may go."""

from dataclasses import dataclass

from app.ledger.accounts import KINDS as ACCOUNT_KINDS
from app.ledger.accounts import Account

# What Stripe's own movements keep, and reconciliation compares to the penny: nothing by hand belongs there.
KEPT_BY_STRIPE = ("assets:stripe:", "assets:stripe-unsettled:", "assets:disputed:", "suspense:stripe:")
INCOME_MOVED = "income-moved"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: its memo in the books, and which kinds of account it may take from and give to."""

    memo: str
    takes_from: frozenset[str]
    gives_to: frozenset[str]


_ANY = frozenset(ACCOUNT_KINDS)
_HOLDING = frozenset(["asset", "liability"])
KINDS = {
    "opening-balance": Kind("opening balance", frozenset(["equity"]), frozenset(["asset"])),
    "bank-charge": Kind("bank charge", frozenset(["asset"]), frozenset(["expense"])),
    "expense-paid": Kind("expense paid", _HOLDING, frozenset(["expense"])),
    "moved": Kind("moved between our own accounts", _HOLDING, _HOLDING),
    INCOME_MOVED: Kind("income moved by hand", frozenset(["income"]), frozenset(["income"])),
    "correction": Kind("correction by hand", _ANY, _ANY),
}


def may_go(name: str, source: Account, target: Account) -> bool:
    """Whether an entry of a kind may go from one account to another."""
    kind = KINDS[name]
    between_income = source.kind == target.kind == "income"
    return (
        source.id != target.id
        and source.currency == target.currency
        and source.kind in kind.takes_from
        and target.kind in kind.gives_to
        # What was given for one thing and used for another must be seen to have been moved.
        and between_income == (name == INCOME_MOVED)
        and not any(each.code.startswith(KEPT_BY_STRIPE) for each in (source, target))
    )
