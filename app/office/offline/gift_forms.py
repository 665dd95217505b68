"""What every form for a gift by hand asks: on which day, for which appeal, for which branch.

The forms in which a gift that did not come by card is entered: a cheque, a bank transfer, a gift in kind.

A correction says why.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from app import clock
from app.appeals import branch as branches
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.appeals.finding import begun
from app.donations.donation import BANK_TRANSFER, CASH, CHEQUE, IN_KIND, STANDING_ORDER, references_of
from app.money import Money, written
from app.office.access import my_branch_id
from app.office.donors import choice
from app.office.donors.choice import donor_field
from app.office.offline import words as offline_words
from app.office.offline.noticed import Noticed
from app.offline import alike, gifts
from app.offline.alike import Alike
from app.offline.gifts import HandGift
from app.web.fields import (
    AmountField,
    CleanedForm,
    DayField,
    EmailField,
    LineField,
    LinesField,
    OfferedField,
    day_asked,
)

# So many appeals are offered; older ones are nothing that money still comes in for.
_MOST_APPEALS = 100


def appeals(currency: str | None = None) -> Sequence[Appeal]:
    """The appeals that have begun: the one in force first, then the latest, the general fund last."""
    return begun(_MOST_APPEALS, currency)


def as_before() -> dict[str, Any]:
    """With what an empty form opens after another one: see `HandForm.same_again`."""
    said = {name: request.args[name] for name in ("appeal", "branch") if name in request.args}
    return {**said, "day": day_asked("day", clock.today())}


class HandForm(CleanedForm):
    """Day, appeal and branch, with the defaults that are right most of the time: today, the appeal in force, and for
    a branch's treasurer the own branch, which is then not asked."""

    nonce = HiddenField(default=lambda: secrets.token_urlsafe(18))
    day = DayField(_l("Date"), default=clock.today, missing=_l("Enter the date"))
    appeal = OfferedField(_l("Appeal"), otherwise=_l("Select an appeal"))
    branch = OfferedField(_l("Branch"), otherwise=_l("Select a branch"), none=_l("No branch"))

    def __init__(self, offered: Sequence[Appeal], branch_now: Branch | None = None, **values: Any) -> None:
        """Offer these appeals, and the branches that are open; a branch's treasurer without a branch enters nothing.

        `branch_now` is offered as well, though it may be closed: what is changed may stay its own.
        """
        if my_branch_id() == 0:
            abort(404)
        super().__init__(**values)
        self.appeal.offer(offered, "title")
        others = [] if my_branch_id() is not None else branches.all_of_them(open_only=True)
        if branch_now is not None and my_branch_id() is None and branch_now not in others:
            others = [*others, branch_now]
        self.branch.offer(others, "name")
        if not others:
            del self.branch

    def validate_day(self, field: DayField) -> None:
        """A gift is entered when it has come."""
        if field.data and field.data > clock.today():
            self.wrong(field, _("The date must be today or in the past"))

    def same_again(self) -> dict[str, Any]:
        """What the next gift of a pile has in common with this one, for the address of its form. Today is not said:
        a page that stays open over night is about the new day."""
        day = {"day": self.day.data.isoformat()} if self.day.data and self.day.data != clock.today() else {}
        branch = {"branch": self.branch.data} if "branch" in self and self.branch.data else {}
        return {**day, "appeal": self.appeal.data, **branch}

    @property
    def chosen_appeal(self) -> Appeal:
        """The appeal of a valid form."""
        appeal: Appeal = self.appeal.chosen
        return appeal

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form, or the only one that this person may enter anything for."""
        own = my_branch_id()
        if own is not None:
            return own
        return self.branch.chosen.id if "branch" in self and self.branch.chosen else None


class GiftForm(HandForm):
    """What every gift by hand says; with an email address a receipt is mailed to it."""

    method = ""

    amount = AmountField(_l("Amount"), missing=_l("Enter an amount"))
    name = LineField(_l("Name"), longest=120)
    email = EmailField(
        _l("Email address"),
        description=_l("The receipt is sent to this address. Leave empty for a paper receipt to hand over or post."),
    )
    address = LinesField(_l("Address"), longest=400)
    postcode = LineField(_l("Postcode"), longest=20)
    donor = donor_field()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the gift can be taken."""
        super().validate(extra_validators)
        self._money: Money | None = None
        if not self.amount.errors and not self.appeal.errors:
            self._money = self.amount.read(self.chosen_appeal.currency)
        self._donor = choice.ask(self, self.name.data or "", asked=not self.email.data and not self._was_taken())
        return not self.errors

    def _was_taken(self) -> bool:
        """Whether this very form was sent before: then it is the same gift, and nothing is asked again."""
        return bool(self._made())

    def gift(self) -> HandGift:
        """What a valid form says."""
        assert self._money is not None and self.day.data is not None  # noqa: S101, PT018 - validate() has read them
        return HandGift(
            amount=self._money,
            given_on=self.day.data,
            name=self.name.data or "",
            email=self.email.data or "",
            address=self.address.data or "",
            postcode=self.postcode.data or "",
            what=self.what.data or "",
            dated_on=self.dated_on.data if "dated_on" in self else None,
            donor_id=self._donor.id if self._donor else None,
            expected_on=self.expected_on.data if "expected_on" in self else None,
        )

    def noticed(self) -> list[Noticed]:
        """What a valid form looks like that is in the books, or promised, already."""
        made = self._made()
        found = alike.gifts(self.method, self.gift(), my_branch_id())
        return [like(each) for each in found if each.reference not in made]

    def _made(self) -> set[str]:
        """The gift that this very form has made, if it was sent before: a form that is sent twice is one gift."""
        return references_of([gifts.mark_of(self.nonce.data or "")])


def like(each: Alike) -> Noticed:
    """What is said of a gift that looks like the one that is entered."""
    named = {"amount": written(each.amount), "name": each.name or _("someone"), "day": offline_words.day(each.day)}
    if each.promised:
        words = _("This looks like the gift promised on %(day)s: %(amount)s from %(name)s.", **named)
    elif each.method in (BANK_TRANSFER, STANDING_ORDER):
        words = _("This looks like the transfer of %(day)s: %(amount)s from %(name)s.", **named)
    else:
        words = _("This looks like the gift of %(day)s: %(amount)s from %(name)s.", **named)
    return Noticed(words, url_for("office.gifts_by_hand.show", reference=each.reference))


class ChequeForm(GiftForm):
    """A cheque."""

    method = CHEQUE
    day = DayField(_l("Received on"), default=clock.today, missing=_l("Enter the date"))
    what = LineField(_l("Cheque number"), longest=40)
    dated_on = DayField(_l("Date on the cheque"))


class CashForm(GiftForm):
    """Cash from a named person, that is on no count sheet."""

    method = CASH
    day = DayField(_l("Received on"), default=clock.today, missing=_l("Enter the date"))
    name = LineField(_l("Name"), missing=_l("Enter the name of the donor"), longest=120)
    what = LineField(
        _l("Box or occasion"),
        description=_l("If the cash was in a counted box, enter it as a line of the count sheet instead."),
        longest=80,
    )


class TransferForm(GiftForm):
    """A bank transfer that a donor has told us of, and that no statement shows yet."""

    method = BANK_TRANSFER
    day = DayField(_l("Promised on"), default=clock.today, missing=_l("Enter the date"))
    expected_on = DayField(_l("Expected by"), description=_l("It is overdue after this date."))
    what = LineField(_l("Reference on the transfer"), longest=80)


class InKindForm(GiftForm):
    """A gift in kind, at its value."""

    method = IN_KIND
    amount = AmountField(_l("Value"), missing=_l("Enter the value"))
    what = LineField(
        _l("What was given"),
        description=_l("Include how you know its value, such as the price in a shop."),
        missing=_l("Enter what was given"),
        longest=200,
    )


FORMS: dict[str, type[GiftForm]] = {
    CASH: CashForm,
    CHEQUE: ChequeForm,
    BANK_TRANSFER: TransferForm,
    IN_KIND: InKindForm,
}


def titles() -> dict[str, str]:
    """What entering a gift is called, by its method."""
    return {
        CASH: str(_("Enter cash from a named donor")),
        CHEQUE: str(_("Enter a cheque")),
        BANK_TRANSFER: str(_("Enter a promised bank transfer")),
        IN_KIND: str(_("Enter a gift in kind")),
    }


class CorrectionForm(CleanedForm):
    """The reason for which something is reversed."""

    reason = LinesField(
        _l("Reason"),
        description=_l("Stored separately from the books, and can be erased. Avoid naming people."),
        missing=_l("Enter a reason"),
        longest=500,
    )
