"""The forms that make a bank's line a gift, or several: to which appeal, by whom, and through which branch."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field

from app.appeals import branch as branches
from app.appeals.appeal import Appeal
from app.bank import part
from app.bank.part import BankLinePart
from app.bank.statement import BankLine
from app.money import Money
from app.office.offline import gift_forms
from app.reconciliation.bank.confirming import PartGift
from app.web.fields import CleanedForm, LineField, OfferedField


def branch_field() -> OfferedField:
    """Through which branch the money came."""
    none = _l("None: for the whole organisation")
    return OfferedField(_l("Branch"), otherwise=_l("Select a branch"), none=none)


def _offer_branches(form: CleanedForm) -> None:
    offered = branches.all_of_them(open_only=True)
    form.branch.offer(offered, "name")
    if not offered:
        del form.branch


def _branch_id(form: CleanedForm) -> int | None:
    return form.branch.chosen.id if "branch" in form and form.branch.chosen else None


class PartsForm(CleanedForm):
    """What each part of a batch is: an appeal and the giver as far as known; and a branch for all of them. Its fields
    are made for the line that it is about: `appeal_1`, `payer_1`, `appeal_2` …"""

    branch = branch_field()

    def __init__(self, line: BankLine, parts: Sequence[BankLinePart], **values: Any) -> None:
        """Offer the appeals in the line's currency, and the branches that are open."""
        super().__init__(**{"data": {f"payer_{each.number}": each.payer[:120] for each in parts}, **values})
        self._line, self._parts = line, parts
        offered = gift_forms.appeals(line.currency)
        for each in parts:
            self[f"appeal_{each.number}"].offer(offered, "title")
        _offer_branches(self)

    @property
    def rows(self) -> list[tuple[BankLinePart, Money, Field, Field]]:
        """Each part with its amount and its fields: the appeal and the giver."""
        return [
            (each, part.amount_of(each, self._line), self[f"appeal_{each.number}"], self[f"payer_{each.number}"])
            for each in self._parts
        ]

    @property
    def gifts(self) -> list[PartGift]:
        """The gifts of a valid form."""
        return [PartGift(each.number, appeal.chosen, payer.data or "") for each, _amount, appeal, payer in self.rows]

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form."""
        return _branch_id(self)


def parts_form(line: BankLine, parts: Sequence[BankLinePart]) -> PartsForm:
    """The form for a line of several parts."""
    fields: dict[str, Any] = {}
    for each in parts:
        fields[f"appeal_{each.number}"] = OfferedField(_l("Appeal"), otherwise=_l("Select an appeal"))
        fields[f"payer_{each.number}"] = LineField(_l("Who it is from"), longest=120)
    made: type[PartsForm] = type("PartsOfALine", (PartsForm,), fields)
    return made(line, parts)


class BankGiftForm(CleanedForm):
    """An appeal, the giver as far as known, and a branch."""

    appeal = OfferedField(_l("Appeal"), otherwise=_l("Select an appeal"))
    payer = LineField(_l("Who it is from"), longest=120)
    branch = branch_field()

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the appeals in the line's currency, and the branches that are open."""
        super().__init__(**{"data": {"payer": line.payer[:120]}, **values})
        self.appeal.offer(gift_forms.appeals(line.currency), "title")
        _offer_branches(self)

    @property
    def chosen_appeal(self) -> Appeal:
        """The appeal of a valid form."""
        appeal: Appeal = self.appeal.chosen
        return appeal

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form."""
        return _branch_id(self)
