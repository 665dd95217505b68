"""An item: something that a line of the statement may be, and why a line was taken for it."""

from dataclasses import dataclass
from datetime import date

from app.money import Money

PAYOUT, PAYOUT_BACK, CASH, CHEQUE = "payout", "payout-back", "cash", "cheque"
TRANSFER, ORDER, BOUNCED, ASIDE = "bank-transfer", "standing-order", "bounced", "aside"
# A transfer that was booked when it was announced, as was once the rule.
AWAITED = "awaited"
# An entry that was made by hand, before the statement showed what it is about.
ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Item:
    """Money that the books expect on the statement: a positive `amount` comes to the bank from `account_code`, a
    negative one leaves for there. `payer` and `reference` are what the line may say of it."""

    subject: str
    what: str
    amount: Money
    since: date
    account_code: str
    payer: str = ""
    reference: str = ""

    @property
    def key(self) -> str:
        """What tells it from every other item: the same payout may be expected, and be expected back."""
        return f"{self.what}|{self.subject}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line fits: `kind` is 'amount', 'sum', 'parts', 'reference', 'payer' or 'days', which `number` counts
    (of items, of lines, of days from when it was expected)."""

    kind: str
    number: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a line may be: one item or several together, or with other lines (their references) one item."""

    items: tuple[Item, ...]
    reasons: tuple[Reason, ...]
    score: int
    with_lines: tuple[str, ...] = ()

    @property
    def likely(self) -> bool:
        """Whether the line itself speaks of it: more than an amount that may be chance."""
        return any(reason.kind in ("reference", "payer") for reason in self.reasons)
