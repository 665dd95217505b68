"""The ledger: what every account holds at the end of any day, and one account month by month."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.ledger import accounts, closing, trial_balance
from app.office.access import AUDITOR, TREASURER, allow
from app.office.books.words import kind_name
from app.web.fields import day_asked

bp = Blueprint("ledger", __name__, url_prefix="/ledger")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """The trial balance of a day: each account's balance, on the left or on the right, and both sums."""
    day = day_asked("on", clock.today())
    held = trial_balance.on(day)
    kinds = [(kind_name(kind), [each for each in held if each.kind == kind]) for kind in accounts.KINDS]
    return render_template(
        "office/books/trial_balance.html",
        day=day,
        kinds=[(name, mine) for name, mine in kinds if mine],
        sums=trial_balance.trial(held),
        closed=closing.closed_through(),
    )


@bp.get("/<path:code>")
@allow(reads={TREASURER, AUDITOR})
def account(code: str) -> ResponseReturnValue:
    """One account: what each month brought it and took from it, and what it held."""
    found = accounts.find(code)
    if found is None:
        abort(404)
    return render_template(
        "office/books/account.html", account=found, kind=kind_name(found.kind), months=trial_balance.months(found)
    )
