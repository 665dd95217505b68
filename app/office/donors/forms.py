"""The forms of donors: their details, notes, with whom they are one; and giving a gift back."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app import typed_amount
from app.donations import amounts
from app.money import Money, written
from app.web.fields import AmountField, CleanedForm


class NoteForm(CleanedForm):
    """Something to remember."""

    text = TextAreaField(
        _l("Note"),
        description=_l("Write it so that the donor may read it: they may ask to see it."),
        validators=[
            DataRequired(_l("Write the note")),
            Length(max=2000, message=_l("The note must be 2,000 characters or fewer")),
        ],
    )


class DonorForm(CleanedForm):
    """Who a donor is, and where letters go."""

    name = StringField(_l("Name"), validators=[Length(max=120, message=_l("The name must be 120 characters or fewer"))])
    email = EmailField(
        _l("E-mail address"), validators=[Length(max=254, message=_l("The address must be 254 characters or fewer"))]
    )
    address = TextAreaField(
        _l("Postal address"), validators=[Length(max=400, message=_l("The address must be 400 characters or fewer"))]
    )
    postcode = StringField(
        _l("Postcode"), validators=[Length(max=20, message=_l("The postcode must be 20 characters or fewer"))]
    )

    def validate_email(self, field: EmailField) -> None:
        """An address, or none."""
        if field.data and not re.fullmatch(r"[^@\s]+@[^@\s]+", field.data):
            self.wrong(field, _("Enter an e-mail address like name@example.org"))


class MergeForm(CleanedForm):
    """Who else this donor is."""

    other = StringField(
        _l("The other donor’s reference or e-mail address"),
        validators=[DataRequired(_l("Enter the other donor’s reference or e-mail address"))],
    )


class RefundForm(CleanedForm):
    """How much of a gift goes back, and why."""

    amount = AmountField(
        _l("Amount"),
        description=_l("All that is left, or a part of it"),
        validators=[DataRequired(_l("Enter the amount"))],
    )
    reason = TextAreaField(
        _l("Why?"),
        description=_l(
            "For your own records, where it can be erased. The donor is told that money is on its way, not why."
        ),
        validators=[
            DataRequired(_l("Say why it is given back")),
            Length(max=500, message=_l("The reason must be 500 characters or fewer")),
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
        self.wrong(self.amount, _("Only %(amount)s of this gift is left", amount=written(left)))

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
