"""Books of two months, small enough to be written down in full: the exports' tests read them back."""

from datetime import UTC, date, datetime

from app.database import db, writing
from app.ledger import accounts
from app.ledger.accounts import Account
from app.ledger.exports.selection import Selection
from tests.ledger.entering import enter

WHOLE = Selection(date(2026, 1, 1), date(2026, 12, 31))
BATCH = "b4tch"


def books(*, with_yen=False):
    """Gifts in two months, a fee, a refund, a gift in euros, and an appeal whose name looks like a formula."""
    with writing():
        appeal, in_euros = "income:appeal:9f2c:gbp", "income:appeal:9f2c:eur"
        accounts.open_account(appeal, "income", "=1+1", "gbp")
        accounts.open_account(in_euros, "income", 'A "quoted", name', "eur")
        stripe, fees, unsettled = "assets:stripe", "expenses:card-fees", "assets:stripe-unsettled"
        at = [datetime(2026, month, day, 12, 30, tzinfo=UTC) for month, day in ((3, 30), (3, 31), (4, 1), (4, 2))]
        enter("stripe:ch_1:received", [(appeal, stripe, 2500)], subject="donation:d1", occurred_at=at[0])
        fee = {"kind": "settled", "memo": "charge settled", "subject": "donation:d1", "occurred_at": at[1]}
        enter("stripe:txn_1:fee", [(stripe, fees, 50)], **fee)
        enter("stripe:ch_2:received", [(appeal, stripe, 123_456)], subject="donation:d2", occurred_at=at[2])
        back = {"kind": "refund", "memo": "refund", "subject": "donation:d2", "occurred_at": at[3]}
        enter("stripe:txn_2:refund", [(stripe, appeal, 1000)], **back)
        enter("stripe:ch_3:received", [(in_euros, unsettled, 700, "eur")], subject="donation:d3", occurred_at=at[3])


def of_stripe():
    """The same time, of the one account that Stripe keeps."""
    return Selection(WHOLE.from_on, WHOLE.to_on, frozenset([account_id("assets:stripe:gbp")]))


def account_id(code):
    return db.session.query(Account).filter(Account.code == code).one().id
