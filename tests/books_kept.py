"""Books that follow a Stripe account: what the account has is told, worked off, and compared."""

from sqlalchemy import select, update

from app.database import db, writing
from app.ledger.accounts import Account
from app.ledger.balances import Balance
from app.ledger.entries import Entry
from app.payments.inbox import StripeEvent
from app.reconciliation import payouts as reconciliation_payouts
from app.reconciliation import stripe_balance
from app.reconciliation.verification import checks
from app.worker import duties, events, payouts
from tests import stripe_bodies as says
from tests.conftest import SECRET
from tests.stripe_account import DAY


def deliver(app, told):
    """One event, as Stripe delivers it."""
    db.session.rollback()
    raw, headers = says.signed(told, SECRET)
    assert app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200


def deliver_all(app, account):
    """Every event of the account, and what the worker makes of them."""
    for told in account.events:
        deliver(app, told)
    work_off(account)


def work_off(account):
    """What waits is followed up, and what failed was put off only until now."""
    with writing():
        db.session.execute(update(StripeEvent).values(next_try_at=None))
    duties.do_all_due([events.duty(account), payouts.duty(account)])
    db.session.rollback()


def balance(code):
    """What an account holds, in pence: what came in less what went out."""
    db.session.rollback()
    held = select(Balance.in_minor - Balance.out_minor).join(Account).where(Account.code == code)
    return db.session.scalar(held) or 0


def entries():
    """Every entry's source and kind, in one order whatever the order of their making."""
    db.session.rollback()
    return sorted(map(tuple, db.session.execute(select(Entry.source, Entry.kind, Entry.booked_on))))


def agree():
    """The books are whole, and nothing at Stripe is unexplained."""
    db.session.rollback()
    assert checks.faults() == []
    assert reconciliation_payouts.unexplained() == []
    assert [each.difference.minor for each in stripe_balance.whole()] in ([0], [])


def lives(account, references):
    """Weeks of an account: gifts, refunds one of which fails, a dispute lost and one won, a fee, weekly payouts, one of
    which comes back."""
    charges = [account.gives(reference, 2500) for reference in references]
    account.now += 7 * DAY
    account.pays_out()
    account.gives_back(charges[0], 1000)
    failing = account.gives_back(charges[1], 2500)
    lost, won = account.disputes_it(charges[2], 2500), account.disputes_it(charges[3], 2500)
    account.now += 7 * DAY
    account.pays_out()
    account.fails(failing)
    account.decides(lost, "lost")
    account.decides(won, "won")
    account.moves("stripe_fee", None, -200)
    stranger = account.gives(None, 9000)
    account.now += 7 * DAY
    account.payout_fails(account.pays_out())
    account.now += DAY
    account.pays_out()
    return stranger
