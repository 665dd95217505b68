"""What comes by hand, on stage: branches, count sheets, cheques and the bank, each committed."""

from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.appeals import branch as branches
from app.appeals import raised
from app.database import db, writing
from app.donations import by_hand
from app.donations.by_hand import GiftByHand
from app.donations.donation import BANK_TRANSFER, CHEQUE, Donation
from app.ledger import posting
from app.ledger.accounts import Account
from app.ledger.balances import Balance
from app.money import Money
from app.offline import counts, expected, gifts
from app.offline.counts import Count
from app.offline.gifts import HandGift

COUNTERS = ("Ida Brandt", "Tomos Rees")


def pounds(text):
    return Money.parse(text, "gbp")


def a_branch(name="Ambleford", region="North"):
    with writing():
        return branches.found_branch(name, region)


def a_count(appeal, pieces=None, *, day=None, submission="sheet-1", **more):
    """A count sheet; by default a ten pound note and three pound coins."""
    counted = Count("Market Square", day or clock.today(), COUNTERS, pieces or {1000: 1, 100: 3}, "12, 14", "S-901")
    with writing():
        return counts.count(appeal, counted, submission=submission, by="treasurer", **more)


def a_gift_by(method, appeal, minor=2500, *, submission="gift-1", branch_id=None, **more):
    """A gift that did not come by card; by default somebody's, today."""
    gift = HandGift(**{"amount": Money(minor, "gbp"), "given_on": clock.today(), "name": "Łucja Okoń", **more})
    with writing():
        return gifts.enter(appeal, method, gift, submission=submission, by="treasurer", branch_id=branch_id)


def a_cheque(appeal, minor=2500, **more):
    return a_gift_by(CHEQUE, appeal, minor, **{"what": "000123", **more})


def a_transfer_booked_early(appeal, *, given_on=None, **more):
    """A transfer that was booked as income when it was announced, as was once the rule."""
    donation = a_gift_by(BANK_TRANSFER, appeal, given_on=given_on or clock.today(), **more)
    with writing():
        donation = db.session.get_one(Donation, donation.id)
        donation.state, donation.received_at = "received", donation.pledged_at
        db.session.get_one(GiftByHand, donation.id).expected_on = None
        db.session.flush()
        gifts.book(
            donation, f"bank-transfer:{donation.reference}", donation.pledged_at, held="assets:awaited", by="treasurer"
        )
    return donation


def the_bank_shows(wanted, line, day=None):
    """What the bank pages do when somebody confirms a match."""
    with writing():
        if wanted.what not in ("standing-order", "bank-transfer"):
            minor = wanted.amount.minor
            ends = (wanted.account_code, "assets:bank") if minor > 0 else ("assets:bank", wanted.account_code)
            posting.post(
                line, [posting.Line(*ends, Money(abs(minor), wanted.amount.currency))], kind="banked",
                subject=wanted.subject, memo="on the statement", occurred_at=clock.now(), recorded_by="bank",
            )  # fmt: skip
        expected.arrived(wanted.subject, line, day or clock.today())


def expectations():
    """What is expected at the bank: subject, what, pence and the account, in a fixed order."""
    return [(each.subject, each.what, each.amount.minor, each.account_code) for each in expected.at_the_bank()]


def held(code):
    """What an account holds, in pence."""
    db.session.rollback()
    return (
        db.session.scalar(select(Balance.in_minor - Balance.out_minor).join(Account).where(Account.code == code)) or 0
    )


def raised_by(appeal):
    """The appeal's raised, in pence, and its number of gifts."""
    db.session.rollback()
    now = raised.by(appeal)
    return now.amount.minor, now.gifts


def again(donation):
    """A donation as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Donation).where(Donation.reference == donation.reference)).one()


def state_of(donation):
    """How far the money of a gift by hand has come."""
    now = again(donation)
    return by_hand.of(now).state(now)


LONG_AGO = timedelta(days=400)
