"""The forms that make a bank's line a gift, or several: to which appeal, by whom, and through which branch."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.appeals import branch as branches
from app.appeals.appeal import Appeal
from app.bank import part
from app.bank.part import BankLinePart
from app.bank.statement import BankLine
from app.money import Money
from app.office.offline import gift_forms
from app.reconciliation.bank.confirming import PartGift
from app.web.fields import CleanedForm, LineField


class PartsForm(CleanedForm):
    """What each part of a batch is: an appeal and the giver as far as known; and a branch for all of them. Its fields
    are made for the line that it is about: `appeal_1`, `payer_1`, `appeal_2` …"""

    branch = SelectField(_l("Branch"), validate_choice=False)

    def __init__(self, line: BankLine, parts: Sequence[BankLinePart], **values: Any) -> None:
        """Offer the appeals in the line's currency, and the branches that are open."""
        super().__init__(**{"data": {f"payer_{each.number}": each.payer[:120] for each in parts}, **values})
        self._line, self._parts = line, parts
        self._appeals = {each.reference: each for each in gift_forms.appeals(line.currency)}
        self._branches = {each.reference: each for each in branches.all_of_them(open_only=True)}
        for each in parts:
            choices = [SelectChoice(reference, found.title) for reference, found in self._appeals.items()]
            self[f"appeal_{each.number}"].choices = choices
        self.branch.choices = [SelectChoice("", _("None: for the whole organisation"))]
        self.branch.choices += [SelectChoice(reference, each.name) for reference, each in self._branches.items()]
        if not self._branches:
            del self.branch

    @property
    def rows(self) -> list[tuple[BankLinePart, Money, Field, Field]]:
        """Each part with its amount and its fields: the appeal and the giver."""
        return [
            (each, part.amount_of(each, self._line), self[f"appeal_{each.number}"], self[f"payer_{each.number}"])
            for each in self._parts
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Take appeals that were offered."""
        super().validate(extra_validators)
        for _part, _amount, appeal, _payer in self.rows:
            if appeal.data not in self._appeals:
                self.wrong(appeal, _("Select an appeal"))
        return not self.errors

    @property
    def gifts(self) -> list[PartGift]:
        """The gifts of a valid form."""
        return [
            PartGift(each.number, self._appeals[appeal.data], payer.data or "")
            for each, _amount, appeal, payer in self.rows
        ]

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form."""
        chosen = self.branch.data if "branch" in self else None
        return self._branches[chosen].id if chosen in self._branches else None


def parts_form(line: BankLine, parts: Sequence[BankLinePart]) -> PartsForm:
    """The form for a line of several parts."""
    fields: dict[str, Any] = {}
    for each in parts:
        fields[f"appeal_{each.number}"] = SelectField(_l("Appeal"), validate_choice=False)
        fields[f"payer_{each.number}"] = LineField(_l("Who it is from"), longest=120)
    made: type[PartsForm] = type("PartsOfALine", (PartsForm,), fields)
    return made(line, parts)


class BankGiftForm(CleanedForm):
    """An appeal, the giver as far as known, and a branch."""

    appeal = SelectField(_l("Appeal"), validate_choice=False, validators=[DataRequired(_l("Select an appeal"))])
    payer = LineField(_l("Who it is from"), longest=120)
    branch = SelectField(_l("Branch"), validate_choice=False)

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the appeals in the line's currency, and the branches that are open."""
        super().__init__(**{"data": {"payer": line.payer[:120]}, **values})
        self._appeals = {each.reference: each for each in gift_forms.appeals(line.currency)}
        self._branches = {each.reference: each for each in branches.all_of_them(open_only=True)}
        self.appeal.choices = [SelectChoice(each.reference, each.title) for each in self._appeals.values()]
        self.branch.choices = [SelectChoice("", _("None: for the whole organisation"))]
        self.branch.choices += [SelectChoice(reference, each.name) for reference, each in self._branches.items()]
        if not self._branches:
            del self.branch

    def validate_appeal(self, field: SelectField) -> None:
        """Take an appeal that was offered."""
        if field.data and field.data not in self._appeals:
            self.wrong(field, _("Select an appeal"))

    @property
    def chosen_appeal(self) -> Appeal:
        """The appeal of a valid form."""
        return self._appeals[self.appeal.data]

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form."""
        chosen = self.branch.data if "branch" in self else None
        return self._branches[chosen].id if chosen in self._branches else None
