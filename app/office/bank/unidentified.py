"""Money of unknown givers: what came to the bank, since when it waits, and the way to say whose it is."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.bank import finding
from app.office.access import AUDITOR, TREASURER, allow
from app.reconciliation.bank import balance, expected

bp = Blueprint("bank_unidentified", __name__, url_prefix="/bank-unknown")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """What waits, the longest first."""
    items = {item.subject.reference: item for item in expected.unidentified()}
    rows = finding.lines_with_accounts(items)
    waiting = [(line, account, -items[line.reference].amount, balance.days_since(line.day)) for line, account in rows]
    return render_template("office/bank/unidentified.html", waiting=waiting)
