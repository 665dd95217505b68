"""The form that makes a bank's line a gift: to which appeal, by whom, and through which branch."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.appeals import branch as branches
from app.appeals.appeal import Appeal
from app.banking.line import BankLine
from app.office import hand_form
from app.office.cleaned_form import CleanedForm


class GiftForm(CleanedForm):
    """An appeal, the giver as far as known, and a branch."""

    appeal = SelectField(_l("Appeal"), validate_choice=False, validators=[DataRequired(_l("Choose an appeal"))])
    payer = StringField(
        _l("From whom"),
        validators=[Length(max=120, message=_l("The name must be 120 characters or fewer"))],
    )
    branch = SelectField(_l("Branch"), validate_choice=False)

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the appeals in the line's currency, and the branches that are open."""
        super().__init__(**{"data": {"payer": line.payer[:120]}, **values})
        self._appeals = {each.reference: each for each in hand_form.appeals(line.currency)}
        self._branches = {each.reference: each for each in branches.all_of_them(open_only=True)}
        self.appeal.choices = [SelectChoice(each.reference, each.title) for each in self._appeals.values()]
        self.branch.choices = [SelectChoice("", _("None: given to the whole organisation"))]
        self.branch.choices += [SelectChoice(reference, each.name) for reference, each in self._branches.items()]
        if not self._branches:
            del self.branch

    def validate_appeal(self, field: SelectField) -> None:
        """Take an appeal that was offered."""
        if field.data and field.data not in self._appeals:
            self.wrong(field, _("Choose an appeal"))

    @property
    def chosen_appeal(self) -> Appeal:
        """The appeal of a valid form."""
        return self._appeals[self.appeal.data]

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form."""
        chosen = self.branch.data if "branch" in self else None
        return self._branches[chosen].id if chosen in self._branches else None
