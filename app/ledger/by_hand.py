"""Entries made by hand: what no machine can know, from a fixed list of kinds, each with its reason.

The kinds of entries that people make by hand, and between which accounts each may go.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app import clock
from app.database import db
from app.errors import DomainError
from app.ledger import accounts, closing, entries, in_hand, posting, reversing
from app.ledger.accounts import KINDS as ACCOUNT_KINDS
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.ledger.posting import Line, Posted, find, post
from app.money import Money
from app.subject import Subject

# What Stripe's own movements keep, and reconciliation compares to the penny: nothing by hand belongs there.
ONLY_STRIPE_MOVES = ("assets:stripe:", "assets:stripe-unsettled:", "assets:disputed:", "suspense:stripe:")
INCOME_MOVED = "income-moved"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: its memo in the books, and which kinds of account it may take from and give to."""

    memo: str
    takes_from: frozenset[str]
    gives_to: frozenset[str]


_ANY = frozenset(ACCOUNT_KINDS)
_OUR_MONEY = frozenset(["asset", "liability"])
KINDS = {
    "opening-balance": Kind("opening balance", frozenset(["equity"]), frozenset(["asset"])),
    "bank-charge": Kind("bank charge", frozenset(["asset"]), frozenset(["expense"])),
    "expense-paid": Kind("expense paid", _OUR_MONEY, frozenset(["expense"])),
    "moved": Kind("moved between our own accounts", _OUR_MONEY, _OUR_MONEY),
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
        and not any(each.code.startswith(ONLY_STRIPE_MOVES) for each in (source, target))
    )


# The accounts where money is, of which one thing may be entered twice.
_MONEY = ("assets:bank", "assets:cash")
# So far apart may be the days on which two people enter one thing.
_NEAR = timedelta(days=14)


class NotTheseAccounts(DomainError):
    """An entry of this kind goes between other accounts, of one currency."""


class DayNotOpen(DomainError):
    """The day lies in a closed month, or has not come yet."""


class NotMadeByHand(DomainError):
    """The entry follows something else, which is where it is corrected."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants entered: `amount` from one account's code to another's, on a local day, and why.
    Income that is moved is taken from the first account and given to the second.

    `nonce` is the form's own: the same form sent twice makes one entry.
    """

    kind: str
    from_code: str
    to_code: str
    amount: Money
    day: date
    reason: str
    nonce: str


def choices(currency: str) -> dict[str, tuple[str, str]]:
    """The accounts that may be chosen: their codes, with kind and name; open ones, and the chart's in a currency.

    What Stripe keeps is left out: its movements are proved against Stripe's own list, to the penny.
    """
    every = accounts.chart(currency)
    every.update({each.code: (each.kind, each.name) for each in db.session.scalars(select(Account))})
    return {code: every[code] for code in sorted(every) if not code.startswith(ONLY_STRIPE_MOVES)}


def enter(draft: Draft, *, by: str) -> Posted:
    """Post what somebody wrote, with its reason; the caller commits.

    Raises `NotTheseAccounts`, `DayNotOpen` and `in_hand.BelowZero`. The same draft entered again changes nothing.
    """
    kind = KINDS[draft.kind]
    source = Subject("manual", draft.nonce)
    ends = _account(draft.from_code, draft.amount.currency), _account(draft.to_code, draft.amount.currency)
    if not may_go(draft.kind, ends[0], ends[1]):
        raise NotTheseAccounts(f"{kind.memo}: not from {draft.from_code} to {draft.to_code}")
    closed = closing.closed_through().day
    if draft.day > clock.today() or (closed is not None and draft.day <= closed):
        raise DayNotOpen(f"nothing can be entered on {draft.day.isoformat()}")
    if draft.kind == INCOME_MOVED:
        # What leaves an income account is its income: to take some away, the transfer runs the other way.
        ends = ends[1], ends[0]
    posted = post(
        source,
        [Line(ends[0].code, ends[1].code, draft.amount)],
        kind=f"by-hand:{draft.kind}",
        subject=source,
        memo=kind.memo,
        occurred_at=_noon(draft.day),
        recorded_by=by,
    )
    if posted.new:
        entries.keep_reason(posted.entry_id, draft.reason)
    return posted


def is_entered(draft: Draft) -> bool:
    """Whether the very form that a draft came by is in the books already."""
    return find(Subject("manual", draft.nonce)) is not None


def overdraft(draft: Draft) -> Money | None:
    """Where a draft takes a bank account below zero, what would stand there at the worst; else nothing."""
    code = draft.to_code if draft.kind == INCOME_MOVED else draft.from_code
    return _overdraft(accounts.find(code), draft.amount, draft.day)


def overdraft_of_reversal(entry: Entry) -> Money | None:
    """The same for the reversal of an entry, which is of today."""
    for transfer in db.session.scalars(select(Transfer).where(Transfer.entry_id == entry.id)):
        account = db.session.get(Account, transfer.to_account_id)
        left = _overdraft(account, Money(transfer.amount_minor, transfer.currency), clock.today())
        if left is not None:
            return left
    return None


def alike(draft: Draft) -> list[Entry]:
    """The entries that look like a draft: of nearly the same day and the same amount, from or to the same account of
    money, and not reversed. The lines of the bank's statement are booked so."""
    ends = accounts.find(draft.from_code), accounts.find(draft.to_code)
    same = [
        column == account.id
        for column, account in zip((Transfer.from_account_id, Transfer.to_account_id), ends, strict=True)
        if account is not None and account.code.startswith(_MONEY)
    ]
    if not same:
        return []
    reversal = aliased(Entry)
    found = (
        select(Entry)
        .join(Transfer, Transfer.entry_id == Entry.id)
        .where(
            *same,
            Transfer.amount_minor == draft.amount.minor,
            Entry.booked_on.between(draft.day - _NEAR, draft.day + _NEAR),
            Entry.reverses_id.is_(None),
            Entry.source != Subject("manual", draft.nonce),
            ~select(reversal.id).where(reversal.reverses_id == Entry.id).exists(),
        )
        .order_by(Entry.id.desc())
        .limit(3)
    )
    return list(db.session.scalars(found))


def _overdraft(account: Account | None, amount: Money, day: date) -> Money | None:
    if account is None or not account.code.startswith("assets:bank"):
        return None
    left = in_hand.lowest_from(account.id, day)[0] - amount.minor
    return Money(left, account.currency) if left < 0 else None


def may_be_reversed(entry: Entry) -> bool:
    """Whether an entry is reversed here: one that was made here. What follows a gift, a bank's line or Stripe's news
    is corrected there, so that its receipt and its state follow."""
    return Subject.parse(entry.source).kind == "manual" and entry.reverses_id is None


def undo(entry: Entry, reason: str, *, by: str) -> Posted:
    """Reverse an entry that was made by hand, today, and keep why; the caller commits. Raises `NotMadeByHand`."""
    if not may_be_reversed(entry):
        raise NotMadeByHand(f"entry {entry.id} was not made by hand")
    posted = reversing.reverse(entry.id, memo="reversed by hand", recorded_by=by)
    if posted.new:
        entries.keep_reason(posted.entry_id, reason)
    return posted


def _account(code: str, currency: str) -> Account:
    """The account with a code and a currency, opened if it is one of the chart's. Raises `NotTheseAccounts`."""
    found = accounts.find(code)
    if found is None and code in accounts.chart(currency):
        posting.account_id(code, currency)
        found = accounts.find(code)
    if found is None or found.currency != currency:
        raise NotTheseAccounts(f"there is no account {code} in {currency}")
    return found


def _noon(day: date) -> datetime:
    """The middle of a local day, which is that day in every season."""
    return datetime.combine(day, time(12), clock.local_zone())
