"""Entering: a gift that did not come by card becomes a received donation and an entry in the books, together."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.donations import by_hand
from app.donations.by_hand import GiftByHand
from app.donations.donation import (
    BANK_TRANSFER,
    CHEQUE,
    IN_KIND,
    RECEIVED,
    STANDING_ORDER,
    Donation,
)
from app.errors import DomainError
from app.extensions import db
from app.ledger import accounts, posting
from app.money import Money
from app.receipts import requesting

# Where the money of each method is once it has been entered, until the bank's statement shows it.
HELD = {
    CHEQUE: "assets:cheques",
    BANK_TRANSFER: "assets:awaited",
    STANDING_ORDER: "assets:awaited",
    IN_KIND: "expenses:in-kind",
}
_MEMO = {
    CHEQUE: "cheque received",
    BANK_TRANSFER: "bank transfer",
    STANDING_ORDER: "standing order",
    IN_KIND: "gift in kind, at its value",
}


class NoAmount(DomainError):
    """A gift of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandGift:
    """What is entered of one gift. `what` is a cheque's number, a transfer's reference, or what was given in kind;
    `dated_on` is the date on a cheque. Names and addresses may be empty."""

    amount: Money
    given_on: date
    name: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    what: str = ""
    dated_on: date | None = None
    standing_order_id: int | None = None


def enter(
    appeal: Appeal,
    method: str,
    gift: HandGift,
    *,
    submission: str,
    by: str,
    branch_id: int | None = None,
    bank_line: str | None = None,
    held: int | None = None,
) -> Donation:
    """Receive a gift by `method` and book it from the appeal's income (or its branch's) to where its money is now.

    `submission` names the form or the movement that it came by: the same one again is the same gift. With
    `bank_line`, the source of a line of the bank's statement, the money is there already. `held` is the id of the
    account that has it; by default the method decides. A receipt is due when there is an e-mail address to send it
    to. The caller commits. Raises `NoAmount`, `by_hand.NotYet`, and what posting raises.
    """
    if gift.amount.minor <= 0:
        raise NoAmount("a gift is more than nothing")
    moment = by_hand.moment_of(gift.given_on)
    digest = mark_of(submission)
    reference = secrets.token_hex(12)
    donation_id = db.session.scalar(
        postgresql.insert(Donation)
        .values(
            reference=reference, appeal_id=appeal.id, branch_id=branch_id, method=method,
            amount_minor=gift.amount.minor, currency=gift.amount.currency, state=RECEIVED, pledged_at=moment,
            received_at=moment, name=gift.name or None, email=gift.email or None, address=gift.address or None,
            postcode=gift.postcode or None, submission=digest, checkout_key=secrets.token_hex(16),
        )
        .on_conflict_do_nothing(index_elements=["submission"])
        .returning(Donation.id)
    )  # fmt: skip
    if donation_id is None:
        return db.session.scalars(select(Donation).where(Donation.submission == digest)).one()
    db.session.add(
        GiftByHand(
            donation_id=donation_id, given_on=gift.given_on, what=gift.what or None, dated_on=gift.dated_on,
            standing_order_id=gift.standing_order_id, entered_at=clock.now(), entered_by=by,
            banked_on=gift.given_on if bank_line else None, bank_line=bank_line,
        )
    )  # fmt: skip
    at_bank = accounts.house_account("assets:bank" if bank_line else HELD[method], gift.amount.currency)
    posting.post(
        bank_line or f"{method}:{reference}",
        [posting.Line(income.account_of(appeal, branch_id), held or at_bank, gift.amount)],
        kind=method,
        subject=f"donation:{reference}",
        memo=_MEMO[method],
        occurred_at=moment,
        recorded_by=by,
    )
    if gift.email:
        requesting.request(f"donation:{reference}")
    db.session.flush()
    return db.session.get_one(Donation, donation_id)


def mark_of(submission: str) -> str:
    """What a donation keeps of the form or the movement that it came by."""
    return hashlib.sha256(f"by hand|{submission}".encode()).hexdigest()
