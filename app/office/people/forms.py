"""The forms of the people pages: who somebody is, and what they may do.

What the roles are called on pages, and what each is for.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from app.appeals import branch
from app.staff import people
from app.staff.people import BRANCH_TREASURER, ROLES
from app.web.fields import EmailField, LineField

NAMES = {
    people.ADMIN: _l("Admin"),
    people.TREASURER: _l("Treasurer"),
    people.BRANCH_TREASURER: _l("Branch treasurer"),
    people.EDITOR: _l("Editor"),
    people.AUDITOR: _l("Auditor"),
}

MEANINGS = {
    people.ADMIN: _l("manages people and reads the audit trail"),
    people.TREASURER: _l("gifts, bank, books and exports"),
    people.BRANCH_TREASURER: _l("the money of one branch only"),
    people.EDITOR: _l("articles and appeals"),
    people.AUDITOR: _l("can read everything but change nothing"),
}


def role_name(role: str) -> str:
    """'Branch treasurer' for 'branch_treasurer'."""
    return str(NAMES[role])


class RolesForm(FlaskForm):  # type: ignore[misc]
    """Which roles somebody has, and of which branch they are the treasurer."""

    roles = SelectMultipleField(
        _l("Roles"),
        choices=[SelectChoice(role, NAMES[role]) for role in ROLES],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[DataRequired(_l("Select at least one role"))],
    )
    branch = SelectField(_l("Branch"), description=_l("Only for a branch treasurer."), validate_choice=True)

    def __init__(self, **values: Any) -> None:
        """The branches are those that are open."""
        super().__init__(**values)
        open_ones = branch.all_of_them(open_only=True)
        self.branch.choices = [
            SelectChoice("", _l("None")),
            *(
                SelectChoice(each.reference, f"{each.name}, {each.region}" if each.region else each.name)
                for each in open_ones
            ),
        ]
        self.meanings = MEANINGS

    def validate_branch(self, field: Field) -> None:
        """A branch treasurer has one, and nobody else."""
        if BRANCH_TREASURER in (self.roles.data or []) and not field.data:
            raise ValidationError(_l("Select the branch of this treasurer"))
        if BRANCH_TREASURER not in (self.roles.data or []) and field.data:
            raise ValidationError(_l("Only a branch treasurer can have a branch: select that role, or no branch"))

    def branch_id(self) -> int | None:
        """The key of the chosen branch; call it once the form is valid."""
        found = branch.find(self.branch.data) if self.branch.data else None
        return found.id if found else None


class InvitationForm(RolesForm):
    """Somebody new."""

    name = LineField(_l("Name"), missing=_l("Enter their name"), longest=120)
    email = EmailField(
        _l("Email address"),
        description=_l("The invitation is sent to this address, and they sign in with it."),
        missing=_l("Enter their email address"),
    )
