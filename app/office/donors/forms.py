"""The forms of donors: their details, notes, with whom they are one; and giving a gift back."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from app import money
from app.money import Money, written
from app.web.fields import AmountField, CleanedForm, EmailField, LineField, LinesField


class NoteForm(CleanedForm):
    """Something to remember."""

    text = LinesField(
        _l("Note"), description=_l("The donor may ask to read this."), missing=_l("Enter a note"), longest=2000
    )


class DonorForm(CleanedForm):
    """Who a donor is, and where emails go."""

    name = LineField(_l("Name"), longest=120)
    email = EmailField(_l("Email address"))
    address = LinesField(_l("Postal address"), longest=400)
    postcode = LineField(_l("Postcode"), longest=20)


class MergeForm(CleanedForm):
    """Who else this donor is."""

    other = StringField(
        _l("The other donor’s reference or email address"),
        validators=[DataRequired(_l("Enter the other donor’s reference or email address"))],
    )


class RefundForm(CleanedForm):
    """How much of a gift goes back, and why."""

    amount = AmountField(
        _l("Amount"), description=_l("The full amount left, or part of it"), missing=_l("Enter an amount")
    )
    reason = LinesField(
        _l("Reason"),
        description=_l("For your records; it can be erased. The donor is told about the refund but not the reason."),
        missing=_l("Enter a reason for the refund"),
        longest=500,
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
        if amount is not None and amount.minor % money.step(amount.currency):
            self.wrong(self.amount, money.too_fine(amount.currency))
            return None
        if amount is not None and amount > self._left:
            self.only_so_much_is_left(self._left)
            return None
        return amount
