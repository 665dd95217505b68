"""The lines of a bank's statement: what each may be, and the person who says that it is."""

from collections.abc import Iterable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.trail import record
from app.bank import bill as bills_paid
from app.bank import booking, matching, part
from app.bank.account import BankAccount
from app.bank.booking import CHARGE, INTEREST, SPENDING, UNIDENTIFIED, BookedAlready, NotBooked
from app.bank.statement import BankLine
from app.database import writing
from app.donations import by_hand
from app.donations.by_hand import NotYet
from app.donations.donation import find_gifts
from app.ledger.in_hand import BelowZero
from app.office.access import AUDITOR, TREASURER, allow, me
from app.office.bank import at, rules, subjects, suggestions
from app.office.bank import words as bank_words
from app.office.bank.gift_forms import BankGiftForm, PartsForm, parts_form
from app.office.bank.money_forms import BillForm, IncomeForm, OwnTransferForm, PayBackForm
from app.office.confirming import Question, asks_once
from app.office.offline import words
from app.offline.corrections import PaidBack, StaysBounced
from app.reconciliation.bank import confirming
from app.reconciliation.bank.confirming import (
    ClaimedSince,
    DoesNotFit,
    NotExpected,
    PartOfAnother,
    WrongWay,
)
from app.reconciliation.bank.rules import suggested_by
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm

bp = Blueprint("bank_lines", __name__, url_prefix="/bank/<account>/lines")

_OTHERWISE = {UNIDENTIFIED, CHARGE, INTEREST, SPENDING}


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index(account: str) -> ResponseReturnValue:
    """The lines that nobody has matched, the oldest first, each with what it may be."""
    found = at.account_or_404(account)
    desk = suggestions.waiting(found)
    by_rule = rules.for_lines(found, [row for row, _suggestions in desk.lines])
    return render_template("office/bank/lines.html", words=bank_words, account=found, desk=desk, by_rule=by_rule)


@bp.get("/all")
@allow(reads={TREASURER, AUDITOR})
def everything(account: str) -> ResponseReturnValue:
    """Every line, the latest first, with what it was found to be."""
    found = at.account_or_404(account)
    page = suggestions.everything(found, request.args.get("before", ""))
    named = subjects.named([each for _line, matches in page.rows for each in matches])
    return render_template("office/bank/all_lines.html", words=bank_words, account=found, page=page, named=named)


@bp.get("/<line>")
@allow(reads={TREASURER, AUDITOR})
def show(account: str, line: str) -> ResponseReturnValue:
    """One line: what it is, or all that it may be."""
    found = at.account_or_404(account)
    return page(found, at.line_or_404(found, line))


def whether_it_bounces(keys: Iterable[str], back: str) -> Question | None:
    """What is asked before a line takes back cheques of which something was paid back by bank; `keys` say what the line
    is to be, and `back` where the way out leads."""
    bounced = [Subject.parse(key.partition("|")[2]) for key in keys if key.startswith(f"{matching.BOUNCED}|")]
    cheques = [each for each in find_gifts([each.reference for each in bounced]) if by_hand.of(each).bounced_on is None]
    said = words.bounced_and_paid_back(cheques)
    return Question(_("Match this line with a bounced cheque?"), said, _("It has bounced"), back) if said else None


def _whether_it_bounces(account: str, line: str) -> Question | None:
    return whether_it_bounces(request.form.getlist("is"), url_for(".show", account=account, line=line))


@bp.post("/<line>/match")
@allow(changes={TREASURER})
@asks_once(_whether_it_bounces)
def confirm(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is something that was expected, or several things; or with other lines one."""
    found = at.account_or_404(account)
    references = [at.line_or_404(found, line).reference]
    references += [at.line_or_404(found, other).reference for other in request.form.getlist("with")]
    keys = request.form.getlist("is")
    try:
        with writing():
            confirming.confirm(references, keys, Subject("person", me().reference))
            for reference in references:
                record("bank.line_matched", Subject("bank-line", reference), after={"is": keys})
    except DoesNotFit:
        notices.failed(_("The selected items do not add up to the amount of the line. Nothing was booked."))
        return redirect(url_for(".show", account=account, line=line), code=303)
    except BelowZero as refusal:
        notices.failed(words.refused(refusal))
        return redirect(url_for(".show", account=account, line=line), code=303)
    except NotYet:
        notices.failed(_("The line is dated in the future. You can book it as a gift once that date has come."))
    except (NotExpected, BookedAlready):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    return redirect(url_for(".index", account=account), code=303)


@bp.post("/<line>/gift")
@allow(changes={TREASURER})
def gift(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is a gift; or that the unknown money of this line is, after all."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = BankGiftForm(row)
    if not form.validate():
        return page(found, row, form, 422)
    known_later = row.entry_id is not None
    book = confirming.claim if known_later else confirming.receive
    try:
        with writing():
            book(
                row.reference,
                form.chosen_appeal,
                Subject("person", me().reference),
                payer=form.payer.data or "",
                branch_id=form.branch_id,
            )
            record("bank.line_matched", Subject("bank-line", row.reference), after={"is": "gift"})
    except NotYet:
        notices.failed(_("The line is dated in the future. You can book it as a gift once that date has come."))
    except (NotExpected, BookedAlready, WrongWay, DoesNotFit):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    if known_later:
        return redirect(url_for("office.bank_unidentified.index"), code=303)
    return redirect(url_for(".index", account=account), code=303)


@bp.post("/<line>/gifts")
@allow(changes={TREASURER})
def gifts(account: str, line: str) -> ResponseReturnValue:
    """Say that a line that the bank made of several payments is as many gifts."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = parts_form(row, part.parts_of(row))
    if not form.validate():
        return page(found, row, status=422, parts=form)
    try:
        with writing():
            confirming.receive_parts(
                row.reference, form.gifts, Subject("person", me().reference), branch_id=form.branch_id
            )
            record(
                "bank.line_matched",
                Subject("bank-line", row.reference),
                after={"is": "gifts", "number": len(form.gifts)},
            )
    except NotYet:
        notices.failed(_("The line is dated in the future. You can book it as a gift once that date has come."))
    except (BookedAlready, WrongWay, DoesNotFit):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    return redirect(url_for(".index", account=account), code=303)


@bp.post("/<line>/otherwise")
@allow(changes={TREASURER})
def otherwise(account: str, line: str) -> ResponseReturnValue:
    """Say that the line is unknown money, interest, a charge or spending."""
    row = at.line_or_404(at.account_or_404(account), line)
    kind = request.form.get("kind", "")
    try:
        with writing():
            if kind in _OTHERWISE:
                confirming.otherwise(row.reference, kind, Subject("person", me().reference))
                record("bank.line_matched", Subject("bank-line", row.reference), after={"is": kind})
    except (BookedAlready, WrongWay):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    return redirect(url_for(".index", account=account), code=303)


@bp.post("/<line>/undo")
@allow(changes={TREASURER})
def undo(account: str, line: str) -> ResponseReturnValue:
    """Take the latest word on the line back: the one that was shown, so that pressing twice takes back one."""
    row = at.line_or_404(at.account_or_404(account), line)
    try:
        with writing():
            booking.one_at_a_time()
            latest = booking.matches_of(row)[-1:]
            if [str(each.entry_id) for each in latest] != request.form.getlist("entry"):
                raise NotBooked
            confirming.undo(row.reference, Subject("person", me().reference))
            record("bank.line_undone", Subject("bank-line", row.reference))
        notices.done(_("Match undone. Its entry is reversed, and the line is waiting to be matched again."))
    except BelowZero as refusal:
        notices.failed(words.refused(refusal))
    except StaysBounced:
        notices.failed(_("A bounced cheque cannot be undone: its receipt is void, and the donor may have been told."))
    except PaidBack:
        notices.failed(_("This gift has since been paid back. Undo the match of that line first."))
    except PartOfAnother:
        notices.failed(_("The other side of this transfer is part of another line. Undo the match of that line first."))
    except ClaimedSince:
        notices.failed(_("This money has since been sent back. Undo the match of that line first."))
    except NotBooked:
        notices.failed(_("There is nothing to undo."))
    return redirect(url_for(".show", account=account, line=line), code=303)


def page(
    account: BankAccount,
    line: BankLine,
    form: BankGiftForm | None = None,
    status: int = 200,
    parts: PartsForm | None = None,
    **others: CleanedForm,
) -> ResponseReturnValue:
    """The page of one line, with forms that were sent and are to be corrected."""
    found = suggestions.one(account, line)
    parts = parts or parts_form(line, part.parts_of(line))
    ruled = rules.for_lines(account, [line]).get(line.id)
    to_rule = suggested_by(line) if line.entry_id is not None else None
    forms_of = {
        "transfer": OwnTransferForm(line),
        "bill": BillForm(line),
        "income": IncomeForm(line),
        "back": PayBackForm(line),
        **others,
    }
    paid = [each for match in found.matches if (each := bills_paid.of(match.entry_id)) is not None]
    return render_template(
        "office/bank/line.html",
        words=bank_words,
        account=account,
        line=line,
        found=found,
        parts=parts,
        paid=paid,
        split=booking.is_in_parts(booking.latest_of(line)),
        form=form or BankGiftForm(line),
        ruled=ruled,
        to_rule=to_rule,
        named=subjects.named(found.matches),
        wrong=next(iter(others.values()), None),
        **forms_of,
    ), status
