"""The bank: its accounts, and for each whether the bank and the books agree."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit.trail import record
from app.bank import account as bank_account
from app.bank import taking_back
from app.bank.account import BankAccount
from app.bank.statement import BankLine
from app.extensions import db
from app.office import bank_at
from app.office.access import AUDITOR, TREASURER, allow, me
from app.office.bank_account_form import BankAccountForm
from app.reconciliation.bank import balance, expected
from app.writing import writing

bp = Blueprint("bank", __name__, url_prefix="/bank")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """The accounts: what each should hold, what waits to be matched, and how fresh that is."""
    accounts = db.session.scalars(select(BankAccount).order_by(BankAccount.id)).all()
    open_lines = select(BankLine.account_id, func.count().label("number")).where(BankLine.entry_id.is_(None))
    waiting = {row.account_id: row.number for row in db.session.execute(open_lines.group_by(BankLine.account_id))}
    return render_template(
        "office/bank/accounts.html",
        accounts=[(each, balance.of(each), waiting.get(each.id, 0)) for each in accounts],
        aside=expected.aside(),
    )


@bp.get("/new")
@allow(reads={TREASURER})
def new() -> ResponseReturnValue:
    """An empty form for an account."""
    return render_template("office/bank/account_new.html", form=BankAccountForm())


@bp.post("/")
@allow(changes={TREASURER})
def create() -> ResponseReturnValue:
    """Add an account, with what stood on it when the books begin with it."""
    form = BankAccountForm()
    if not form.validate():
        return render_template("office/bank/account_new.html", form=form), 422
    with writing():
        account = bank_account.open_account(form.name.data, form.chosen_currency, form.last_digits.data or "")
        if form.balance is not None and form.day.data is not None:
            bank_account.begin_with(account, form.balance, form.day.data, f"person:{me().reference}")
        record("bank.account_added", f"bank-account:{account.reference}", after={"name": account.name})
    flash(_("The account is added. Import its statement next."), "good")
    return redirect(url_for("office.bank_imports.new", account=account.reference), code=303)


@bp.get("/<account>")
@allow(reads={TREASURER, AUDITOR})
def show(account: str) -> ResponseReturnValue:
    """Reconciliation: the bank's balance, the books' balance, their difference, and the lines that explain it."""
    found = bank_at.account_or_404(account)
    agreement = balance.of(found)
    waiting = db.session.scalars(
        select(BankLine)
        .where(BankLine.account_id == found.id, BankLine.entry_id.is_(None))
        .order_by(BankLine.day, BankLine.id)
        .limit(100)
    ).all()
    return render_template(
        "office/bank/account.html",
        account=found,
        agreement=agreement,
        waiting=waiting,
        imports=bank_at.imports(found),
        may_go=taking_back.may_be_taken_back(found),
    )


@bp.get("/line/<line>")
@allow(reads={TREASURER, AUDITOR})
def line(line: str) -> ResponseReturnValue:
    """The page of a line, for those who know the line alone: an entry's subject, an exception."""
    found = db.session.execute(
        select(BankAccount.reference)
        .join(BankLine, BankLine.account_id == BankAccount.id)
        .where(BankLine.reference == line)
    ).scalar()
    if found is None:
        abort(404)
    return redirect(url_for("office.bank_lines.show", account=found, line=line), code=303)
