"""Lines that are no gift: transfers between our own accounts, bills, and income that no appeal raised."""

from collections.abc import Callable

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.trail import record
from app.bank import bill as bills_paid
from app.bank import booking, rule
from app.bank.booking import BILL, INCOME, PAID_BACK, TRANSFER, BookedAlready
from app.bank.statement import BankLine
from app.database import writing
from app.donations.paid_back import NothingToPayBack, PaidBackTooMuch
from app.money import written
from app.office.access import TREASURER, allow, me
from app.office.bank import at
from app.office.bank.lines import page
from app.office.bank.money_forms import BillForm, IncomeForm, OwnTransferForm, PayBackForm
from app.office.confirming import Question, asks_once
from app.reconciliation.bank import bills, own_transfers, paying_back
from app.reconciliation.bank.confirming import DoesNotFit, WrongWay
from app.subject import Subject
from app.web import notices

bp = Blueprint("bank_money", __name__, url_prefix="/bank/<account>/lines")


@bp.post("/<line>/transfer")
@allow(changes={TREASURER})
def transfer(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is a transfer to or from another account of ours."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = OwnTransferForm(row)
    if not form.validate():
        return page(found, row, status=422, transfer=form)
    return _book(account, row, TRANSFER, lambda by: own_transfers.book(row.reference, form.chosen, by))


@bp.post("/<line>/bill")
@allow(changes={TREASURER})
def bill(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is a bill that was paid."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = BillForm(row)
    if not form.validate():
        return page(found, row, status=422, bill=form)
    return _book(
        account,
        row,
        BILL,
        lambda by: bills.pay(
            row.reference, form.account, by, payee=form.payee.data or "", voucher=form.voucher.data, new=form.is_new
        ),
    )


@bp.post("/<line>/income")
@allow(changes={TREASURER})
def income(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is income that no appeal raised."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = IncomeForm(row)
    if not form.validate():
        return page(found, row, status=422, income=form)
    return _book(account, row, INCOME, lambda by: bills.receive(row.reference, form.account, by, new=form.is_new))


@bp.post("/<line>/back")
@allow(changes={TREASURER})
def pay_back(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is a gift, or a part of one, that went back to its giver."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = PayBackForm(row)
    if not form.validate():
        return page(found, row, status=422, back=form)
    try:
        return _book(account, row, PAID_BACK, lambda by: paying_back.book(row.reference, form.reference, by))
    except PaidBackTooMuch as refusal:
        form.refuse(_("Only %(amount)s of this gift is left to pay back", amount=written(refusal.left)))
    except NothingToPayBack:
        form.refuse(_("None of this gift can be paid back"))
    except LookupError:
        form.refuse(_("There is no gift with this reference"))
    return page(found, row, status=422, back=form)


def _whether_to_erase(account: str, line: str) -> Question:
    return Question(
        _("Erase who was paid by this line?"),
        _(
            "The name and the bank’s description of this line cannot be brought back, and your rule for lines like it "
            "is removed. The entry and the voucher stay."
        ),
        _("Erase the payee"),
        url_for("office.bank_lines.show", account=account, line=line),
    )


@bp.post("/<line>/payee")
@allow(changes={TREASURER})
@asks_once(_whether_to_erase)
def erase_payee(account: str, line: str) -> ResponseReturnValue:
    """Forget who was paid by a bill, here and in what the bank said."""
    row = at.line_or_404(at.account_or_404(account), line)
    with writing():
        for each in booking.all_matches_of(row):
            paid = bills_paid.of(each.entry_id)
            rule.forget([paid.payee] if paid is not None else [])
            bills_paid.erase_payee(each.entry_id)
        booking.forget([booking.subject_of(row)])
        record("bank.payee_erased", Subject("bank-line", row.reference))
    notices.done(_("The payee is erased."))
    return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)


def _book(account: str, line: BankLine, kind: str, book: Callable[[str], None]) -> ResponseReturnValue:
    try:
        with writing():
            book(Subject("person", me().reference))
            record("bank.line_matched", Subject("bank-line", line.reference), after={"is": kind})
    except (BookedAlready, WrongWay, DoesNotFit):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    return redirect(url_for("office.bank_lines.index", account=account), code=303)
