"""Collections: the cash of street collections and meetings, counted by two, on its way to the bank.

The count sheet as it is typed: a number beside each note and coin, and the total that they come to.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.audit.trail import record
from app.database import db, writing
from app.donations import count_sheet
from app.donations.count_sheet import CountSheet
from app.donations.donation import CASH, references_of
from app.ledger.in_hand import BelowZero
from app.money import Money, decimals, home_currency, written
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, me, my_branch_id
from app.office.bank import subjects
from app.office.confirming import Question, asks_once
from app.office.content import authors
from app.office.offline import gift_forms, noticed, words
from app.office.offline.gift_forms import CorrectionForm, HandForm, like
from app.office.offline.noticed import Noticed
from app.offline import alike, corrections, counts, gifts, lists
from app.offline.counts import Count
from app.offline.gifts import HandGift
from app.subject import Subject
from app.web import notices
from app.web.fields import AmountField, EmailField, LineField, PiecesField

# So many lines with a name are on a sheet; whoever is left is entered by itself.
LINES = 10


class CountForm(HandForm):
    """Where and when, boxes and seals, the two who counted. `shown` is the total that stood on the page when the form
    was sent: only a sheet whose total somebody has seen is taken."""

    place = LineField(_l("Place"), missing=_l("Enter where it was collected"), longest=120)
    box = LineField(_l("Box numbers"), longest=80)
    seal = LineField(_l("Seal numbers"), longest=80)
    counter_one = LineField(_l("Counted by"), missing=_l("Enter the name of the person who counted"), longest=120)
    counter_two = LineField(_l("And by"), missing=_l("Enter the name of the second person who counted"), longest=120)
    shown = HiddenField()
    # Filled in by `form_for`: a name, an email address and an amount for each line.
    lines = range(LINES)
    _named: tuple[HandGift, ...] = ()

    currency = "gbp"

    def rows(self) -> list[tuple[Money, bool, PiecesField]]:
        """Each kind of note and coin, whether it is a note, and the field in which its number is typed."""
        return [
            (Money(value, self.currency), counts.is_note(value, self.currency), self[f"n{value}"])
            for value in counts.of(self.currency)
        ]

    @property
    def decimals(self) -> int:
        """How many decimals the sums have."""
        return decimals(self.currency)

    @staticmethod
    def words_of(value: Money) -> str:
        """What a note or coin is called: '£20', '50p'."""
        if value.currency == "gbp" and value.minor < 100:
            return str(_("%(pence)sp", pence=value.minor))
        return written(value, short=True)

    @staticmethod
    def sum_of(value: Money, field: PiecesField) -> Money:
        """What the pieces of one kind come to."""
        return Money(value.minor * field.data, value.currency)

    def named_rows(self) -> list[tuple[StringField, EmailField, AmountField]]:
        """For each line with a name its fields."""
        return [(self[f"name_{n}"], self[f"email_{n}"], self[f"amount_{n}"]) for n in self.lines]

    def named(self) -> tuple[HandGift, ...]:
        """What a valid form says of people with a name."""
        return self._named

    def rest(self) -> Money:
        """What came from nobody knows whom: the collection."""
        return Money(self.total().minor - sum(each.amount.minor for each in self._named), self.currency)

    def noticed(self) -> list[Noticed]:
        """Which lines look like gifts in cash that are in the books already."""
        mine = [gifts.mark_of(f"{self.nonce.data}|line {place}") for place in self.lines]
        known = references_of(mine)
        return [
            like(each)
            for gift in self._named
            for each in alike.gifts(CASH, gift, my_branch_id())
            if each.reference not in known
        ]

    def _read_named(self) -> None:
        """Read the lines with a name; what cannot be taken is said beside its field."""
        found = []
        for name, email, amount in self.named_rows():
            if not (name.data or email.data or amount.data):
                continue
            money = amount.read(self.currency)
            if not name.data:
                self.wrong(name, _("Enter the name of the donor"))
            elif money is not None and not email.errors and self.day.data:
                found.append(HandGift(amount=money, given_on=self.day.data, name=name.data, email=email.data or ""))
        self._named = tuple(found)
        if not self.errors and self.rest().minor < 0:
            self.wrong(
                self.named_rows()[0][2],
                _("The gifts from named donors add up to more than was counted. Check the amounts"),
            )

    @property
    def pieces(self) -> dict[int, int]:
        """How many there are of each value in minor units."""
        return {value.minor: field.data for value, _note, field in self.rows()}

    def total(self) -> Money:
        """What the sheet comes to, so far as its numbers could be read."""
        return counts.total(self.pieces, self.currency)

    def validate_counter_two(self, field: StringField) -> None:
        """Two different people count."""
        if field.data and counts.same_person(self.counter_one.data or "", field.data):
            self.wrong(field, _("Enter two different names: two people must count"))

    def validate(self, extra_validators: object = None) -> bool:
        """Whether the sheet can be taken; one without a coin cannot."""
        super().validate(extra_validators)
        if not self.errors and not self.total().minor:
            self.wrong(self.rows()[0][2], _("Enter the number of notes and coins"))
        self._read_named()
        return not self.errors

    def count(self) -> Count:
        """What a valid form says."""
        assert self.day.data is not None  # noqa: S101 - validate() has seen it
        return Count(
            place=self.place.data,
            day=self.day.data,
            counters=(self.counter_one.data, self.counter_two.data),
            pieces=self.pieces,
            box=self.box.data or "",
            seal=self.seal.data or "",
            named=self.named(),
        )


@cache
def form_for(currency: str) -> type[CountForm]:
    """The form with the notes and coins of a currency."""
    fields: dict[str, Any] = {f"n{value}": PiecesField() for value in counts.of(currency)}
    for n in range(LINES):
        fields[f"name_{n}"] = LineField(_l("Name"), longest=120)
        fields[f"email_{n}"] = EmailField(_l("Email address"))
        fields[f"amount_{n}"] = AmountField(_l("Amount"))
    return type("CountForm", (CountForm,), {"currency": currency, **fields})


bp = Blueprint("collections", __name__, url_prefix="/collections")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """What is at hand and since when, and every sheet, the latest first."""
    page = lists.sheets(my_branch_id(), request.args.get("before", ""))
    at_hand = lists.cash_at_hand(my_branch_id())
    return render_template("office/offline/collections.html", at_hand=at_hand, page=page)


@bp.get("/new")
@allow(reads={TREASURER, BRANCH_TREASURER})
def new() -> ResponseReturnValue:
    """An empty count sheet."""
    return _form(_empty(counter_one=me().name))


@bp.post("/")
@allow(changes={TREASURER, BRANCH_TREASURER})
def create() -> ResponseReturnValue:
    """Take the sheet in once its total was seen; else show what it comes to first."""
    form = _empty()
    if not form.validate():
        return _form(form, status=422)
    total = form.total()
    found = form.noticed()
    if form.shown.data != str(total.minor) or noticed.asks(found):
        return _form(form, total, found=found)
    with writing():
        sheet = counts.count(
            form.chosen_appeal,
            form.count(),
            submission=form.nonce.data or "",
            by=Subject("person", me().reference),
            branch_id=form.branch_id,
        )
        record(
            "count.entered",
            Subject("count", sheet.reference),
            after={"amount": str(sheet.amount), "place": sheet.place},
        )
    notices.done(_("Count saved: %(amount)s is in the books.", amount=written(total)))
    return redirect(url_for(".show", reference=sheet.reference), code=303)


@bp.get("/<reference>")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def show(reference: str) -> ResponseReturnValue:
    """One sheet: what was counted, by whom, and how far the cash has come."""
    return _page(_sheet(reference), CorrectionForm())


def _whether_it_is_wrong(reference: str) -> Question | None:
    sheet = _sheet(reference)
    if not CorrectionForm().validate():
        return None
    return Question(
        _("Reverse the count for %(place)s?", place=sheet.place),
        _(
            "The appeal’s total falls by %(amount)s at once. The sheet stays on record as reversed, "
            "and this cannot be undone. Enter a new count if there is a correct one.",
            amount=written(sheet.amount),
        ),
        _("Reverse count sheet"),
        url_for(".show", reference=reference),
    )


@bp.post("/<reference>/correction")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_is_wrong)
def correct(reference: str) -> ResponseReturnValue:
    """Reverse a sheet that is wrong."""
    sheet, form = _sheet(reference), CorrectionForm()
    if not form.validate():
        return _page(sheet, form, status=422)
    try:
        with writing():
            sheet = _sheet(reference)
            corrections.undo_count(sheet, reason=form.reason.data, by=Subject("person", me().reference))
            record("count.reversed", Subject("count", reference), after={"reason": form.reason.data})
    except BelowZero as refusal:
        notices.failed(words.refused(refusal))
    except corrections.AtTheBank:
        notices.failed(_("This sheet has been matched with the bank statement, so it cannot be reversed."))
    else:
        notices.done(_("Count sheet reversed. Enter a new count if there is a correct one."))
    return redirect(url_for(".show", reference=reference), code=303)


def _empty(**data: object) -> CountForm:
    currency = home_currency()
    return form_for(currency)(gift_forms.appeals(currency), data=data)


def _form(
    form: CountForm, total: Money | None = None, status: int = 200, found: Sequence[Noticed] = ()
) -> ResponseReturnValue:
    """The form; with a total, as the last look before it is taken in."""
    form.shown.data = str(total.minor) if total else ""
    page = render_template(
        "office/offline/collection_new.html", form=form, total=total, found=found, anyway=noticed.mark(found)
    )
    return page, status


def _sheet(reference: str) -> CountSheet:
    return access.or_404(count_sheet.find(reference))


def _page(sheet: CountSheet, form: CorrectionForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "office/offline/collection.html",
        sheet=sheet,
        line=subjects.line_address(sheet.bank_line),
        pieces=[
            (CountForm.words_of(Money(value, sheet.currency)), n, Money(value * n, sheet.currency))
            for value, n in sheet.pieces
        ],
        appeal=db.session.get_one(Appeal, sheet.appeal_id),
        branch=db.session.get(Branch, sheet.branch_id) if sheet.branch_id else None,
        named=counts.named_gifts(sheet),
        names=authors.names(filter(None, (sheet.entered_by, sheet.reversed_by))),
        form=form,
    )
    return page, status
