"""The forms in which a gift that did not come by card is entered: a cheque, a bank transfer, a gift in kind."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from app import clock
from app.audit.trail import record
from app.donations.donation import BANK_TRANSFER, CASH, CHEQUE, IN_KIND, PLEDGED, STANDING_ORDER, Donation
from app.extensions import db
from app.money import Money, written
from app.office import donor_choice
from app.office.access import me, my_branch_id
from app.office.donor_choice import donor_field
from app.office.hand_form import HandForm
from app.office.noticed import Noticed
from app.office.offline import words as offline_words
from app.offline import alike, gifts
from app.offline.alike import Alike
from app.offline.gifts import HandGift
from app.web.fields import AmountField, DayField
from app.writing import writing


class GiftForm(HandForm):
    """What every gift by hand says; with an e-mail address a receipt is mailed to it."""

    method = ""

    amount = AmountField(_l("Amount"), validators=[DataRequired(_l("Enter the amount"))])
    name = StringField(_l("Name"), validators=[Length(max=120)])
    email = EmailField(
        _l("E-mail address"),
        description=_l("The receipt is mailed to it. Without one it is made on paper, to hand over or to post."),
        validators=[Optional(), Length(max=254), Email(_l("Enter an e-mail address like name@example.org"))],
    )
    address = TextAreaField(_l("Address"), validators=[Length(max=400)])
    postcode = StringField(_l("Postcode"), validators=[Length(max=20)])
    donor = donor_field()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the gift can be taken."""
        super().validate(extra_validators)
        self._money: Money | None = None
        if not self.amount.errors and not self.appeal.errors:
            self._money = self.amount.read(self.chosen_appeal.currency)
        self._donor = donor_choice.ask(self, self.name.data or "", asked=not self.email.data and not self._was_taken())
        return not self.errors

    def _was_taken(self) -> bool:
        """Whether this very form was sent before: then it is the same gift, and nothing is asked again."""
        mark = gifts.mark_of(self.nonce.data or "")
        return db.session.scalar(select(Donation.id).where(Donation.submission == mark)) is not None

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
        return [like(each) for each in alike.gifts(self.method, self.gift(), my_branch_id()) if self._is_new(each)]

    def _is_new(self, each: Alike) -> bool:
        """Whether a gift is not the one that this very form has made: a form that is sent twice is one gift."""
        known = select(Donation.submission).where(Donation.reference == each.reference)
        return db.session.scalar(known) != gifts.mark_of(self.nonce.data or "")

    def take(self) -> Donation:
        """Receive or expect the gift that a valid form describes, in a writing unit of its own, and leave it on the
        trail."""
        with writing():
            donation = gifts.enter(
                self.chosen_appeal,
                self.method,
                self.gift(),
                submission=self.nonce.data or "",
                by=f"person:{me().reference}",
                branch_id=self.branch_id,
            )
            after = {"amount": str(donation.amount), "method": self.method, "name": donation.name}
            what = "gift.announced" if donation.state == PLEDGED else "gift.entered"
            record(what, f"donation:{donation.reference}", after=after)
        return donation


def like(each: Alike) -> Noticed:
    """What is said of a gift that looks like the one that is entered."""
    named = {"amount": written(each.amount), "name": each.name or _("somebody"), "day": offline_words.day(each.day)}
    if each.promised:
        words = _("This looks like what was promised on %(day)s: %(amount)s from %(name)s.", **named)
    elif each.method in (BANK_TRANSFER, STANDING_ORDER):
        words = _("This looks like the transfer of %(day)s: %(amount)s from %(name)s.", **named)
    else:
        words = _("This looks like the gift of %(day)s: %(amount)s from %(name)s.", **named)
    return Noticed(words, url_for("office.gifts_by_hand.show", reference=each.reference))


class ChequeForm(GiftForm):
    """A cheque."""

    method = CHEQUE
    day = DayField(_l("Received on"), default=clock.today, validators=[InputRequired(_l("Enter the day"))])
    what = StringField(_l("Cheque number"), validators=[Length(max=40)])
    dated_on = DayField(_l("Date on the cheque"), validators=[Optional()])


class CashForm(GiftForm):
    """Cash from a named person, that is on no count sheet."""

    method = CASH
    day = DayField(_l("Received on"), default=clock.today, validators=[InputRequired(_l("Enter the day"))])
    name = StringField(_l("Name"), validators=[DataRequired(_l("Enter who gave it")), Length(max=120)])
    what = StringField(
        _l("Box or occasion"),
        description=_l("If the cash is in a box that is counted, enter it as a line of the count sheet instead."),
        validators=[Length(max=80)],
    )


class TransferForm(GiftForm):
    """A bank transfer that a donor has told us of, and that no statement shows yet."""

    method = BANK_TRANSFER
    day = DayField(_l("Announced on"), default=clock.today, validators=[InputRequired(_l("Enter the day"))])
    expected_on = DayField(_l("Expected by"), description=_l("It is overdue after this day."), validators=[Optional()])
    what = StringField(_l("Reference on the transfer"), validators=[Length(max=80)])


class InKindForm(GiftForm):
    """A gift in kind, at its value."""

    method = IN_KIND
    amount = AmountField(_l("Value"), validators=[DataRequired(_l("Enter the value"))])
    what = StringField(
        _l("What was given"),
        description=_l("And how its value is known, such as the price of the same in a shop."),
        validators=[DataRequired(_l("Enter what was given")), Length(max=200)],
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
        CASH: str(_("Enter cash from a named person")),
        CHEQUE: str(_("Enter a cheque")),
        BANK_TRANSFER: str(_("Expect a bank transfer")),
        IN_KIND: str(_("Enter a gift in kind")),
    }
