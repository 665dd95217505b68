"""Rules: a treasurer has what a line is suggested for lines like it, sees who made which rule, and removes one."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.trail import record
from app.bank import finding, rule
from app.bank.account import BankAccount
from app.bank.booking import BILL, GIFT, INCOME
from app.bank.rule import BankRule
from app.bank.statement import BankLine
from app.database import writing
from app.office.access import AUDITOR, TREASURER, allow, me
from app.office.bank import at
from app.office.confirming import Question, asks_once
from app.office.offline import gift_forms
from app.reconciliation.bank import bills, rules
from app.staff import people
from app.subject import Subject
from app.web import notices

bp = Blueprint("bank_rules", __name__, url_prefix="/bank/<account>")


@dataclass(frozen=True, slots=True)
class SuggestedByRule:
    """What a rule says that a line is, in words, and the same for the forms: `kind` and `what` of the rule."""

    kind: str
    what: str
    words: str


def for_lines(account: BankAccount, lines: Iterable[BankLine]) -> dict[int, SuggestedByRule]:
    """What the rules of an account suggest for its lines, by their ids; nothing where the appeal or the account that a
    rule names cannot be chosen any more."""
    found = rule.for_lines(lines, account)
    names = _names(account) if found else {}
    return {
        line_id: SuggestedByRule(each.kind, each.what, _said(each, names[each.kind, each.what]))
        for line_id, each in found.items()
        if (each.kind, each.what) in names
    }


@bp.get("/rules/")
@allow(reads={TREASURER, AUDITOR})
def index(account: str) -> ResponseReturnValue:
    """Every rule for lines of this account, with who made it and when."""
    found = at.account_or_404(account)
    names = _names(found)
    made = rule.of_account(found)
    known = people.named({each.made_by.reference for each in made})
    makers: dict[str, str] = {
        Subject("person", each.reference): each.name or each.email or each.reference for each in known
    }
    said = [(each, _said(each, names.get((each.kind, each.what), "")), makers.get(each.made_by, "–")) for each in made]
    return render_template("office/bank/rules.html", account=found, rules=said)


@bp.post("/lines/<line>/rule")
@allow(changes={TREASURER})
def create(account: str, line: str) -> ResponseReturnValue:
    """Have what this line is suggested for every line like it."""
    row = at.line_or_404(at.account_or_404(account), line)
    try:
        with writing():
            rules.always(row, Subject("person", me().reference))
            record("bank.rule_made", Subject("bank-line", row.reference))
        notices.done(_("Rule saved. Lines like this one now get this suggestion; you still confirm each one."))
    except rules.NoRule:
        notices.failed(_("This has changed since you opened the page. No rule was made. Check it and try again."))
    return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)


def _whether_to_remove(account: str, reference: str) -> Question | None:
    found = at.account_or_404(account)
    if rule.one(found, reference) is None:
        return None
    return Question(
        _("Remove this rule?"),
        _("Lines like this one no longer get this suggestion. What was booked stays."),
        _("Remove"),
        url_for("office.bank_rules.index", account=account),
    )


@bp.post("/rules/<reference>/removal")
@allow(changes={TREASURER})
@asks_once(_whether_to_remove)
def remove(account: str, reference: str) -> ResponseReturnValue:
    """Suggest it no more."""
    found = at.account_or_404(account)
    existing = rule.one(found, reference) or abort(404)
    with writing():
        rule.remove(existing)
        record("bank.rule_removed", Subject("bank-account", found.reference))
    notices.done(_("Rule removed."))
    return redirect(url_for(".index", account=account), code=303)


def _names(account: BankAccount) -> dict[tuple[str, str], str]:
    """What can be chosen for lines of an account, and what it is called."""
    gifts = {(GIFT, each.reference): each.title for each in gift_forms.appeals(account.currency)}
    paid = {(BILL, code): name for code, name in bills.expenses(account.currency)}
    received = {(INCOME, code): name for code, name in bills.other_incomes(account.currency)}
    ours = {
        ("transfer", each.reference): each.name
        for each in finding.accounts()
        if each.id != account.id and each.currency == account.currency
    }
    return gifts | paid | received | ours


def _said(each: BankRule, name: str) -> str:
    if not name:
        return str(_("Something that is no longer available"))
    if each.kind == GIFT:
        return str(_("Gift to %(appeal)s", appeal=name))
    if each.kind == BILL:
        return str(_("Bill: %(account)s", account=name))
    if each.kind == INCOME:
        return str(_("Other income: %(account)s", account=name))
    if each.incoming:
        return str(_("Transfer from %(account)s", account=name))
    return str(_("Transfer to %(account)s", account=name))
