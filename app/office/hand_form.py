"""What every form for a gift by hand asks: on which day, for which appeal, for which branch."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from app import clock
from app.appeals import branch as branches
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.appeals.in_force import in_force
from app.extensions import db
from app.office.access import my_branch_id
from app.web.fields import CleanedForm, DayField, day_asked

# So many appeals are offered; older ones are nothing that money still comes in for.
_MOST_APPEALS = 100


def appeals(currency: str | None = None) -> Sequence[Appeal]:
    """The appeals that have begun, the one in force first, then the latest."""
    begun = select(Appeal).where(Appeal.starts_on <= clock.today())
    if currency is not None:
        begun = begun.where(Appeal.currency == currency)
    found = list(db.session.scalars(begun.order_by(Appeal.starts_on.desc(), Appeal.id.desc()).limit(_MOST_APPEALS)))
    current = in_force(clock.today())
    return sorted(found, key=lambda each: current is None or each.id != current.id)


def as_before() -> dict[str, Any]:
    """With what an empty form opens after another one: see `HandForm.same_again`."""
    said = {name: request.args[name] for name in ("appeal", "branch") if name in request.args}
    return {**said, "day": day_asked("day", clock.today())}


class HandForm(CleanedForm):
    """Day, appeal and branch, with the defaults that are right most of the time: today, the appeal in force, and for
    a branch's treasurer the own branch, which is then not asked."""

    nonce = HiddenField(default=lambda: secrets.token_urlsafe(18))
    day = DayField(_l("Day"), default=clock.today, validators=[InputRequired(_l("Enter the day"))])
    appeal = SelectField(_l("Appeal"), validate_choice=False, validators=[DataRequired(_l("Choose an appeal"))])
    branch = SelectField(_l("Branch"), validate_choice=False)

    def __init__(self, offered: Sequence[Appeal], branch_now: Branch | None = None, **values: Any) -> None:
        """Offer these appeals, and the branches that are open; a branch's treasurer without a branch enters nothing.

        `branch_now` is offered as well, though it may be closed: what is changed may stay its own.
        """
        if my_branch_id() == 0:
            abort(404)
        super().__init__(**values)
        self._offered = {each.reference: each for each in offered}
        self.appeal.choices = [SelectChoice(each.reference, each.title) for each in offered]
        self._branches = (
            {} if my_branch_id() is not None else {b.reference: b for b in branches.all_of_them(open_only=True)}
        )
        if branch_now is not None and my_branch_id() is None:
            self._branches[branch_now.reference] = branch_now
        if self._branches:
            self.branch.choices = [
                SelectChoice("", _("No branch")),
                *(SelectChoice(reference, each.name) for reference, each in self._branches.items()),
            ]
        else:
            del self.branch

    def validate_appeal(self, field: SelectField) -> None:
        """Take an appeal that was offered."""
        if field.data and field.data not in self._offered:
            self.wrong(field, _("Choose an appeal"))

    def validate_branch(self, field: SelectField) -> None:
        """Take a branch that was offered, or none."""
        if field.data and field.data not in self._branches:
            self.wrong(field, _("Choose a branch"))

    def validate_day(self, field: DayField) -> None:
        """A gift is entered when it has come."""
        if field.data and field.data > clock.today():
            self.wrong(field, _("The day must be today or in the past"))

    def same_again(self) -> dict[str, Any]:
        """What the next gift of a pile has in common with this one, for the address of its form. Today is not said:
        a page that stays open over night is about the new day."""
        day = {"day": self.day.data.isoformat()} if self.day.data and self.day.data != clock.today() else {}
        branch = {"branch": self.branch.data} if "branch" in self and self.branch.data else {}
        return {**day, "appeal": self.appeal.data, **branch}

    @property
    def chosen_appeal(self) -> Appeal:
        """The appeal of a valid form."""
        return self._offered[self.appeal.data]

    @property
    def branch_id(self) -> int | None:
        """The branch of a valid form, or the only one that this person may enter anything for."""
        own = my_branch_id()
        if own is not None:
            return own
        return self._branches[self.branch.data].id if "branch" in self and self.branch.data else None
