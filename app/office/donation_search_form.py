"""What the list of gifts is narrowed by. All of it stands in the address, so that a search can be kept as a link."""

from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.donations import search
from app.donations.donation import METHODS
from app.donations.search import Wanted
from app.money import Money, home_currency
from app.office.access import my_branch_id
from app.office.book_words import method_name
from app.web.fields import AmountField, DayField

_STATES = (
    ("received", _l("Received")),
    ("pledged", _l("Begun, not paid yet")),
    ("on-its-way", _l("On its way")),
    ("failed", _l("Failed")),
    ("abandoned", _l("Never paid")),
    ("all", _l("All")),
)

_ORDERS = (
    (search.NEWEST, _l("Newest first")),
    (search.OLDEST, _l("Oldest first")),
    (search.LARGEST, _l("Largest first")),
    (search.SMALLEST, _l("Smallest first")),
)


class DonationSearchForm(FlaskForm):  # type: ignore[misc]
    """One field that finds everything, and the filters; an empty one does not narrow."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf: ClassVar[bool] = False

    q = StringField(
        _l("Find"),
        description=_l("Any part of a name, an e-mail address, a reference, or a card’s last four digits"),
        validators=[Length(max=254)],
    )
    state = SelectField(_l("State"), validate_choice=False, choices=[SelectChoice(*each) for each in _STATES])
    method = SelectField(_l("How it came"), validate_choice=False)
    appeal = SelectField(_l("Appeal"), validate_choice=False)
    since = DayField(_l("From"))
    until = DayField(_l("Until"))
    order = SelectField(_l("In which order"), validate_choice=False)
    least = AmountField(_l("At least"))
    most = AmountField(_l("At most"))

    def __init__(self, appeals: list[tuple[str, str]]) -> None:
        """Offer these appeals (reference and title); it reads the address."""
        super().__init__(formdata=request.args)
        self.appeal.choices = [SelectChoice("", _l("All")), *(SelectChoice(*each) for each in appeals)]
        self.order.choices = [SelectChoice("", _("As it suits")), *(SelectChoice(*each) for each in _ORDERS)]
        ways = [SelectChoice(each, method_name(each)) for each in METHODS]
        self.method.choices = [SelectChoice("", _l("All")), *ways]
        if self.state.data not in dict(_STATES):
            # Whoever looks for a person or a reference wants to see gifts that were never paid as well.
            self.state.data = "all" if self.words else "received"
        self._least: Money | None = None
        self._most: Money | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the address asks for something that can be looked for."""
        super().validate(extra_validators)
        if (self.least.data or "").strip():
            self._least = self.least.read(home_currency())
        if (self.most.data or "").strip():
            self._most = self.most.read(home_currency())
        return not self.errors

    def wanted(self) -> Wanted:
        """What a valid form asks for; of what a branch's treasurer may see."""
        words, state = self.words, self.state.data
        return Wanted(
            words=words,
            state="" if state == "all" else state,
            method=self.method.data or "",
            appeal=self.appeal.data or "",
            branch_id=my_branch_id(),
            first=self.since.data,
            last=self.until.data,
            at_least=self._least,
            at_most=self._most,
            order=self.order.data if self.order.data in search.ORDERS else "",
        )

    @property
    def words(self) -> str:
        """What was typed into the field that finds everything."""
        return (self.q.data or "").strip()

    def as_query(self) -> dict[str, Any]:
        """The filters that are set, for the address of another page of the same."""
        return {name: value for name, value in request.args.items() if name in self._fields and value}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the words narrows the list, so that the filters are to be seen."""
        return any(name != "q" for name in self.as_query())
