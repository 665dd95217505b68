"""Which of our accounts is which in an accounting program's books: asked once for each program, changed at any time."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit import trail
from app.database import db, writing
from app.ledger.accounts import Account
from app.ledger.exports import program_accounts
from app.ledger.exports.program_accounts import NO_TAX, There
from app.office.access import AUDITOR, TREASURER, allow
from app.subject import Subject
from app.web import notices

bp = Blueprint("exports_accounts", __name__, url_prefix="/exports/accounts")

PROGRAM_NAMES = {"xero": _l("Xero"), "quickbooks": _l("QuickBooks Online"), "sage-50": _l("Sage 50")}
_LONGEST_CODE, _LONGEST_TAX = 120, 60


@bp.get("/<program>")
@allow(reads={TREASURER, AUDITOR})
def show(program: str) -> ResponseReturnValue:
    """Our accounts, and what each is called there."""
    _known(program)
    with db.engine.connect() as connection:
        there = program_accounts.of(connection, program)
    return _page(program, there, {})


@bp.post("/<program>")
@allow(changes={TREASURER}, reads=())
def keep(program: str) -> ResponseReturnValue:
    """Keep what was typed, all of it or nothing."""
    _known(program)
    accounts = {each.id: each for each in program_accounts.ever_used()}
    typed = {account_id: _typed(program, account_id) for account_id in accounts}
    wrong = {account_id: said for account_id, each in typed.items() if (said := _wrong(each))}
    if wrong:
        return _page(program, typed, wrong), 422
    with writing():
        before = program_accounts.of(db.session.connection(), program)
        changed = {
            account_id: each
            for account_id, each in typed.items()
            if (each if each.code else None) != before.get(account_id)
        }
        for account_id, each in changed.items():
            program_accounts.keep(program, account_id, each if each.code else None)
        if changed:
            old = {accounts[each].code: before[each].code for each in changed if each in before}
            new = {accounts[each].code: there.code for each, there in changed.items()}
            trail.record("export.accounts_mapped", Subject("program", program), old, new)
    notices.done(_("Account codes saved."))
    return redirect(url_for(".show", program=program), code=303)


def _known(program: str) -> None:
    if program not in NO_TAX:
        abort(404)


def _typed(program: str, account_id: int) -> There:
    tax = request.form.get(f"tax-{account_id}")
    return There(
        " ".join(request.form.get(f"code-{account_id}", "").split()),
        NO_TAX[program] if tax is None else " ".join(tax.split()),
        bool(request.form.get(f"clearing-{account_id}")),
    )


def _wrong(there: There) -> str:
    """What is wrong with what was typed of one account, in words; empty for nothing."""
    if len(there.code) > _LONGEST_CODE or len(there.tax_rate) > _LONGEST_TAX:
        return str(_("A code must be 120 characters or fewer, and a tax rate 60 or fewer"))
    return ""


def _page(program: str, there: dict[int, There], wrong: dict[int, str]) -> str:
    accounts: list[Account] = list(program_accounts.ever_used())
    blank = There("", NO_TAX[program], clearing=False)
    rows: list[tuple[Account, There, str, bool]] = [
        (each, there.get(each.id, blank), wrong.get(each.id, ""), each.kind == "asset") for each in accounts
    ]
    shown: dict[str, Any] = {
        "program": program,
        "name": PROGRAM_NAMES[program],
        "by_name": program == "quickbooks",
        "rows": rows,
        "missing": sum(not each[1].code for each in rows),
    }
    return render_template("office/books/accounts.html", **shown)
