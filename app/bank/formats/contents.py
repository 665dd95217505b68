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


# Why a row is left out: it moves nothing; it is not booked, or not any more; it is in another currency, or of another
# account; it has no day; it does not say which way it went; it corrects another one; the file
# holds its whole statement twice; its amount stands in a column that is not read.
NOTHING, PENDING, NOT_DONE, CURRENCY, ACCOUNT, NO_DAY, NO_WAY, CORRECTION, TWICE, UNREAD = (
    "nothing",
    "pending",
    "not-done",
    "currency",
    "account",
    "no-day",
    "no-way",
    "correction",
    "twice",
    "unread",
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not taken in: what it says, why, and the word in the file that says so."""

    said: str
    reason: str
    word: str = ""


# What a file says that throws doubt on how it was read: its balances go the other way, do not add up, or are not the
# sum of its payments; amounts are called the opposite of their sign.
SIGNS, BALANCE, SUM, KINDS = "signs", "balance", "sum", "kinds"
# Fees that the file states in a row are lines of their own; nothing in the file says that money may have gone out.
FEES, ONE_WAY = "fees", "one-way"


@dataclass(frozen=True, slots=True)
class FileNote:
    """Something to be said about a file before it is taken in: `number` counts rows, `where` quotes one of them."""

    kind: str
    number: int = 0
    where: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class ReadPart:
    """One of several payments that the bank booked as one line."""

    amount: Money
    payer: str
    details: str


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One payment of a file: `row` is its place in it, `amount` what came in (below nothing: what went out).

    `parts` are the payments inside one that the bank booked as a batch; they come to its amount, or there are none.
    """

    row: int
    day: date
    amount: Money
    details: str
    payer: str = ""
    bank_id: str | None = None
    balance: Money | None = None
    parts: tuple[ReadPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's payments, the balances that it states, the rows that are left out, and what is to be said about it.

    `closing` stands at the end of `closing_on`. `last_digits` end the number of the account it is about, where it says.
    """

    form: str
    lines: list[ReadLine]
    opening: Money | None = None
    closing: Money | None = None
    closing_on: date | None = None
    last_digits: str = ""
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        """The day of its oldest payment."""
        return min(line.day for line in self.lines)

    @property
    def last_day(self) -> date:
        """The day of its newest payment."""
        return max(line.day for line in self.lines)
