"""What a bank's file says, as read: its payments and its balances, whatever the form it came in."""

from dataclasses import dataclass, field
from datetime import date

from app.errors import DomainError
from app.money import Money


class NotReadable(DomainError):
    """A file cannot be read; `reason` says why, in a word for the pages to explain, and `where` says at which place."""

    def __init__(self, reason: str, where: str = "") -> None:
        """`where` quotes what stands in the file: it goes to the person who sent it, never into a log."""
        super().__init__(reason)
        self.reason, self.where = reason, where


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One payment of a file: `row` is its place in it, `amount` what came in (below nothing: what went out)."""

    row: int
    day: date
    amount: Money
    details: str
    payer: str = ""
    bank_id: str | None = None
    balance: Money | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A file's payments, the balances that it states, and the rows that hold no payment and are left out.

    `closing` stands at the end of `closing_on`. `last_digits` end the number of the account it is about, where it says.
    """

    form: str
    lines: list[ReadLine]
    opening: Money | None = None
    closing: Money | None = None
    closing_on: date | None = None
    last_digits: str = ""
    left_out: list[str] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        """The day of its oldest payment."""
        return min(line.day for line in self.lines)

    @property
    def last_day(self) -> date:
        """The day of its newest payment."""
        return max(line.day for line in self.lines)
