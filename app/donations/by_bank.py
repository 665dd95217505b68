"""Gifts that a line of the bank's statement shows: known there and then, or recognised later."""

from datetime import date

from app.appeals.appeal import Appeal
from app.donations import entering
from app.donations.donation import Donation
from app.donations.entering import HandGift
from app.money import Money


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
    held: int | None = None,
    donor_id: int | None = None,
    by: str = "bank",
) -> Donation:
    """Make a line of the bank's statement a gift, by 'bank-transfer' or 'standing-order', and book it from the
    appeal's income to the bank.

    `source` is that of the line (`bank:<line>`), or another one for each gift when one line is several; the same
    source is received once. `held` is the id of the account that has the money, by default `assets:bank` in the
    amount's currency: one that waited in *unidentified* is recognised by giving that account's id. The caller
    commits. Raises what `entering.enter` raises.
    """
    gift = HandGift(
        amount=amount, given_on=day, name=payer_name or "", what=what, standing_order_id=standing_order_id,
        donor_id=donor_id,
    )  # fmt: skip
    return entering.enter(
        appeal, method, gift, submission=source, by=by, branch_id=branch_id, bank_line=source, held=held
    )
