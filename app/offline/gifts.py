"""Entering: a gift that did not come by card becomes a received donation and an entry in the books, together.

What was only promised becomes a pledge, and nothing is booked: a bank transfer that no statement shows yet, a cheque
whose day has not come (docs/decisions/0012).

Gifts that a line of the bank's statement shows: known there and then, or recognised later.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.database import db
from app.donations import by_hand, receipts
from app.donations.by_hand import GiftByHand
from app.donations.donation import (
    BANK_TRANSFER,
    CASH,
    CHEQUE,
    IN_KIND,
    PLEDGED,
    RECEIVED,
    STANDING_ORDER,
    Donation,
)
from app.donations.donors import by_name
from app.donors.donor import Donor
from app.errors import DomainError
from app.ledger import posting
from app.ledger.entries import NAMED_CASH
from app.money import Money
from app.receipts import filing
from app.subject import Subject

# Where what has come by each method is, until the bank's statement shows it.
HELD = {CASH: "assets:cash", CHEQUE: "assets:cheques", IN_KIND: "expenses:in-kind"}
# By these nothing has come until the bank's statement shows it.
_SHOWN_BY_THE_BANK = (BANK_TRANSFER, STANDING_ORDER)
_KIND = {CASH: NAMED_CASH}
_MEMO = {
    CASH: "cash from a named person",
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
    `dated_on` is the date on a cheque, `expected_on` the day on which a transfer that was announced should show.
    Names and addresses may be empty. `donor_id` is the donor, where that is known: what is not said of them here is
    taken from there."""

    amount: Money
    given_on: date
    name: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    what: str = ""
    dated_on: date | None = None
    standing_order_id: int | None = None
    expected_on: date | None = None
    count_sheet_id: int | None = None
    donor_id: int | None = None


def enter(
    appeal: Appeal,
    method: str,
    gift: HandGift,
    *,
    submission: str,
    by: str,
    branch_id: int | None = None,
    bank_line: str | None = None,
    held: str | None = None,
) -> Donation:
    """Receive a gift by `method` and book it from the appeal's income (or its branch's) to where its money is now; or
    write down that it was promised, where the money has not come.

    `submission` names the form or the movement that it came by: the same one again is the same gift. With
    `bank_line`, the source of a line of the bank's statement, the money is there already. `held` is the id of the
    account that has it; by default the method decides. A receipt is due when there is somebody to give it
    to. The caller commits. Raises `NoAmount`, `by_hand.NotYet`, and what posting raises.
    """
    if gift.amount.minor <= 0:
        raise NoAmount("a gift is more than nothing")
    known = gift.donor_id
    gift = _with_what_is_known(gift)
    moment = by_hand.moment_of(gift.given_on)
    promised = bank_line is None and (method in _SHOWN_BY_THE_BANK or _is_of_a_day_to_come(method, gift))
    digest = mark_of(submission)
    reference = secrets.token_hex(12)
    donation_id = db.session.scalar(
        postgresql.insert(Donation)
        .values(
            reference=reference,
            appeal_id=appeal.id,
            branch_id=branch_id,
            method=method,
            amount_minor=gift.amount.minor,
            currency=gift.amount.currency,
            state=PLEDGED if promised else RECEIVED,
            pledged_at=moment,
            received_at=None if promised else moment,
            name=gift.name or None,
            email=gift.email or None,
            address=gift.address or None,
            postcode=gift.postcode or None,
            submission=digest,
            checkout_key=secrets.token_hex(16),
        )
        .on_conflict_do_nothing(index_elements=["submission"])
        .returning(Donation.id)
    )
    if donation_id is None:
        return db.session.scalars(select(Donation).where(Donation.submission == digest)).one()
    expected_on = gift.expected_on or gift.given_on if promised and method in _SHOWN_BY_THE_BANK else None
    db.session.add(
        GiftByHand(
            donation_id=donation_id,
            given_on=gift.given_on,
            what=gift.what or None,
            dated_on=gift.dated_on,
            standing_order_id=gift.standing_order_id,
            expected_on=expected_on,
            count_sheet_id=gift.count_sheet_id,
            entered_at=clock.now(),
            entered_by=by,
            banked_on=gift.given_on if bank_line else None,
            bank_line=bank_line,
        )
    )
    db.session.flush()
    donation = db.session.get_one(Donation, donation_id)
    if known is not None:
        donation.donor_id = known
    elif gift.name and not gift.email:
        # Whoever leaves an address is found by it, a moment later; nobody else would ever be.
        whose = by_name.of_account(gift.name) if bank_line else _new_donor(gift)
        donation.donor_id = whose.id
    if promised:
        # The account is opened now, so that what is expected can name it.
        income.account_of(appeal, branch_id)
    else:
        book(donation, bank_line or f"{method}:{reference}", moment, held=held, by=by)
    return donation


def book(donation: Donation, source: str, moment: datetime, *, held: str | None = None, by: str) -> None:
    """Post what has come of a gift under its source, and make its receipt due: to be mailed where there is an address,
    else on paper where there is a name. `held` is the
    account that has the money; by default the source and the method decide. The caller commits."""
    if held is None:
        held = "assets:bank" if source.startswith("bank:") else HELD[donation.method]
    appeal = db.session.get_one(Appeal, donation.appeal_id)
    posting.post(
        source,
        [posting.Line(income.account_of(appeal, donation.branch_id), held, donation.amount)],
        kind=_KIND.get(donation.method, donation.method),
        subject=Subject("donation", donation.reference),
        memo=_MEMO[donation.method],
        occurred_at=moment,
        recorded_by=by,
    )
    db.session.flush()
    if filing.receipts_of(donation.id):
        receipts.correct_gift(donation)
    elif donation.email or donation.name:
        filing.request(donation.id, on_paper=not donation.email)
    db.session.flush()


def _new_donor(gift: HandGift) -> Donor:
    return by_name.new(gift.name, address=gift.address, postcode=gift.postcode)


def _with_what_is_known(gift: HandGift) -> HandGift:
    """The gift, with what its donor's row says where the form said nothing."""
    if gift.donor_id is None:
        return gift
    donor = db.session.get_one(Donor, gift.donor_id)
    return replace(
        gift,
        name=gift.name or donor.name or "",
        email=gift.email or donor.email or "",
        address=gift.address or donor.address or "",
        postcode=gift.postcode or donor.postcode or "",
    )


def _is_of_a_day_to_come(method: str, gift: HandGift) -> bool:
    """Whether this is a cheque that no bank pays yet."""
    return method == CHEQUE and gift.dated_on is not None and gift.dated_on > clock.today()


def mark_of(submission: str) -> str:
    """What a donation keeps of the form or the movement that it came by."""
    return hashlib.sha256(f"by hand|{submission}".encode()).hexdigest()


def receive(
    appeal: Appeal,
    amount: Money,
    day: date,
    source: str,
    *,
    method: str,
    payer_name: str | None,
    branch_id: int | None = None,
    what: str = "",
    standing_order_id: int | None = None,
    held: str | None = None,
    donor_id: int | None = None,
    by: str = "bank",
) -> Donation:
    """Make a line of the bank's statement a gift, by 'bank-transfer' or 'standing-order', and book it from the
    appeal's income to the bank.

    `source` is that of the line (`bank:<line>`), or another one for each gift when one line is several; the same
    source is received once. `held` is the account that has the money, by default `assets:bank`: one that waited in
    *unidentified* is recognised by giving that account. The caller commits. Raises what `entering.enter` raises.
    """
    gift = HandGift(
        amount=amount,
        given_on=day,
        name=payer_name or "",
        what=what,
        standing_order_id=standing_order_id,
        donor_id=donor_id,
    )
    return enter(appeal, method, gift, submission=source, by=by, branch_id=branch_id, bank_line=source, held=held)
