"""The forms of donors: their details, notes, with whom they are one; and giving a gift back."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app import typed_amount
from app.donations import amounts
from app.money import Money, written
from app.web.fields import AmountField, CleanedForm, EmailField


class NoteForm(CleanedForm):
    """Something to remember."""

    text = TextAreaField(
        _l("Note"),
        description=_l("The donor may ask to read this."),
        validators=[
            DataRequired(_l("Enter a note")),
            Length(max=2000, message=_l("Note must be 2,000 characters or fewer")),
        ],
    )


class DonorForm(CleanedForm):
    """Who a donor is, and where letters go."""

    name = StringField(_l("Name"), validators=[Length(max=120, message=_l("The name must be 120 characters or fewer"))])
    email = EmailField(_l("Email address"))
    address = TextAreaField(
        _l("Postal address"), validators=[Length(max=400, message=_l("Postal address must be 400 characters or fewer"))]
    )
    postcode = StringField(
        _l("Postcode"), validators=[Length(max=20, message=_l("Postcode must be 20 characters or fewer"))]
    )


class MergeForm(CleanedForm):
    """Who else this donor is."""

    other = StringField(
        _l("The other donor’s reference or email address"),
        validators=[DataRequired(_l("Enter the other donor’s reference or email address"))],
    )


class RefundForm(CleanedForm):
    """How much of a gift goes back, and why."""

    amount = AmountField(
        _l("Amount"),
        description=_l("The full amount left, or part of it"),
        validators=[DataRequired(_l("Enter an amount"))],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("For your records; it can be erased. The donor is told about the refund but not the reason."),
        validators=[
            DataRequired(_l("Enter a reason for the refund")),
            Length(max=500, message=_l("Reason must be 500 characters or fewer")),
        ],
    )

    # What was left when the page was shown, in minor units: a button pressed twice gives money back once.
    shown = HiddenField()

    def __init__(self, left: Money, **values: Any) -> None:
        """`left` is what may be given back."""
        super().__init__(**values)
        self._left = left

    def only_so_much_is_left(self, left: Money) -> None:
        """Say beside the amount what may still be given back."""
        self.wrong(self.amount, _("You can refund up to %(amount)s of this gift", amount=written(left)))

    def wanted(self) -> Money | None:
        """The amount of a form that is otherwise valid, or nothing, with a message beside it."""
        amount = self.amount.read(self._left.currency)
        if amount is not None and amount.minor % amounts.step(amount.currency):
            self.wrong(self.amount, typed_amount.too_fine(amount.currency))
            return None
        if amount is not None and amount > self._left:
            self.only_so_much_is_left(self._left)
            return None
        return amount
