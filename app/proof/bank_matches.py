"""Confirming what a line of the bank's statement is: a person says so, and one entry is posted.

What was expected is looked up afresh, so that a suggestion that has become stale books nothing.
"""

from collections.abc import Sequence

from sqlalchemy import select

from app.bank import booking, matching
from app.bank.account import BankAccount
from app.bank.booking import ASIDE, CHARGE, EXPECTED, INTEREST, RETURNED, SPENDING
from app.bank.matching import Item
from app.bank.statement import BankLine
from app.extensions import db
from app.ledger import accounts, posting
from app.ledger.accounts import Account
from app.money import Money
from app.offline import expected
from app.proof import bank_expected
from app.proof.bank_refusals import DoesNotFit, NotExpected, WrongWay

# What a line may be that nobody expected: the account at its other end, the entry's kind, its memo, and whether it is
# money in or out.
_OTHERWISE = {
    ASIDE: ("liabilities:unidentified", "unidentified", "money of an unknown giver", 1),
    INTEREST: ("income:interest", "interest", "interest from the bank", 1),
    CHARGE: ("expenses:bank-charges", "bank-charge", "the bank's charge", -1),
    SPENDING: ("expenses:other", "spending", "paid from the bank", -1),
}


# What was promised becomes a gift by the line that shows it.
_BECOMES_A_GIFT = (matching.ORDER, matching.TRANSFER)
# What is never one line together with something else, nor one thing in several lines.
_BY_ITSELF = (*_BECOMES_A_GIFT, matching.ENTRY)


def confirm(references: Sequence[str], keys: Sequence[str], by: str) -> None:
    """Book lines as what was expected under these keys (`Item.key`): one line as one item or as several, or several
    lines as one. The caller commits. Raises `booking.BookedAlready`, `NotExpected`, `DoesNotFit`,
    `by_hand.NotYet` or `LookupError`."""
    lines = booking.lock(references)
    # A cheque that bounces while its line is confirmed would leave the appeal twice.
    expected.hold(key.partition("|")[2] for key in keys)
    account = db.session.get_one(BankAccount, lines[0].account_id)
    known = {each.key: each for each in bank_expected.items(account)}
    if not keys or any(key not in known for key in keys) or len(set(keys)) != len(keys):
        raise NotExpected("this is not expected any more")
    items = [known[key] for key in keys]
    if (len(lines) > 1 and len(items) > 1) or sum(line.amount_minor for line in lines) != sum(
        each.amount.minor for each in items
    ):
        raise DoesNotFit("the amounts differ")
    if len(lines) + len(items) > 2 and any(each.what in _BY_ITSELF for each in items):
        raise DoesNotFit("a standing order, a transfer, and an entry that was made by hand, is a line of its own")
    if len({each.what == matching.ASIDE for each in items}) > 1:
        raise DoesNotFit("money of an unknown giver goes back by a line of its own")
    for line in lines:
        parts = [(each, each.amount if len(lines) == 1 else line.amount) for each in items]
        if any(each.currency != line.currency for _, each in parts):
            raise DoesNotFit("the currencies differ")
        _book(line, parts, last=line is lines[-1], by=by)


def _book(line: BankLine, parts: Sequence[tuple[Item, Money]], *, last: bool, by: str) -> None:
    source = booking.source_of(line)
    if parts[0][0].what in _BECOMES_A_GIFT:
        # What was promised is a gift of its own, which is posted where it is received.
        expected.arrived(parts[0][0].subject, source, line.day, held=booking.bank_of(line))
        entry_id = posting.find(source)
        assert entry_id is not None  # noqa: S101 - arrived() has posted it
    elif parts[0][0].what == matching.ENTRY:
        entry_id = int(parts[0][0].subject.removeprefix("entry:"))
    else:
        entry_id = booking.post(
            line,
            [(each.subject, _account(each.account_code), amount) for each, amount in parts],
            kind="bounced" if parts[0][0].account_code.startswith("income:") else "banked",
            memo=_memo(parts[0][0]),
            by=by,
        )
        for each, _ in parts:
            if last and each.subject.startswith(("count:", "donation:")):
                expected.arrived(each.subject, source, line.day)
    kind = RETURNED if parts[0][0].what == matching.ASIDE else EXPECTED
    booking.note(line, entry_id, kind, [(each.subject, amount) for each, amount in parts], by)


def _memo(first: Item) -> str:
    return {
        matching.PAYOUT: "payout on the bank's statement",
        matching.PAYOUT_BACK: "payout sent back by the bank",
        matching.BOUNCED: "cheque sent back by the bank",
        matching.ASIDE: "money of an unknown giver, sent back",
    }.get(first.what, "paid in at the bank")


def otherwise(reference: str, kind: str, by: str) -> None:
    """Book a line as money put aside (`ASIDE`), interest, a charge of the bank's, or spending. The caller commits.

    Raises `booking.BookedAlready`, `WrongWay` or `LookupError`.
    """
    code, entry_kind, memo, way = _OTHERWISE[kind]
    (line,) = booking.lock([reference])
    if line.amount_minor * way < 0:
        raise WrongWay("the line moves money the other way")
    subject = booking.subject_of(line)
    other = accounts.house_account(code, line.currency)
    entry_id = booking.post(line, [(subject, other, line.amount)], kind=entry_kind, memo=memo, by=by)
    booking.note(line, entry_id, kind, [(subject, line.amount)], by)


def _account(code: str) -> int:
    return db.session.scalars(select(Account.id).where(Account.code == code)).one()
