"""Whose gift it is that somebody enters: a donor who is known already, or a new one.

A form that names somebody without an email address asks once, where donors of that name are known, which of them it
is; it comes back with what was typed, and the choice above the button.
"""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from app.donations.donors import by_name
from app.donors.donor import Donor
from app.office.access import my_branch_id

NEW = "new"


def donor_field() -> Any:
    """The field of the choice; it is shown only once there is something to choose."""
    return RadioField(_l("Donor"), validate_choice=False, choices=[])


def ask(form: Any, name: str, *, asked: bool) -> Donor | None:
    """The donor whom a form with a `donor` field chose, or nothing for a new one. Where donors of this name are known
    and none was chosen, the form is given the choice and a message. `asked`: whether a name alone has to be told apart,
    because nothing else says who it is."""
    chosen = form.donor.data or ""
    known = list(by_name.may_be(name, branch_id=my_branch_id())) if name and asked else []
    if not known:
        return None
    form.donor.choices = [
        *(SelectChoice(each.reference, _said(each)) for each in known),
        SelectChoice(NEW, str(_("Someone else: a new donor"))),
    ]
    if chosen == NEW:
        return None
    found = next((each for each in known if each.reference == chosen), None)
    if found is None:
        form.wrong(form.donor, _("Select the donor, or “Someone else”"))
    return found


def _said(donor: Donor) -> str:
    """'Ada Byron, ada@example.org, AM1 2QX'."""
    return ", ".join(filter(None, (donor.name, donor.email, " ".join((donor.address or "").split()), donor.postcode)))
