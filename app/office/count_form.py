"""The count sheet as it is typed: a number beside each note and coin, and the total that they come to."""

from functools import cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.donations import counting, denominations
from app.donations.counting import Count
from app.money import Money, decimals, written
from app.office.hand_form import HandForm
from app.office.typed_fields import PiecesField


class CountForm(HandForm):
    """Where and when, boxes and seals, the two who counted. `shown` is the total that stood on the page when the form
    was sent: only a sheet whose total somebody has seen is taken."""

    place = StringField(_l("Place"), validators=[DataRequired(_l("Enter where it was collected")), Length(max=120)])
    box = StringField(_l("Box numbers"), validators=[Length(max=80)])
    seal = StringField(_l("Seal numbers"), validators=[Length(max=80)])
    counter_one = StringField(_l("Counted by"), validators=[DataRequired(_l("Enter who counted")), Length(max=120)])
    counter_two = StringField(_l("and by"), validators=[DataRequired(_l("Enter who else counted")), Length(max=120)])
    shown = HiddenField()

    currency = "gbp"

    def rows(self) -> list[tuple[Money, bool, PiecesField]]:
        """Each kind of note and coin, whether it is a note, and the field in which its number is typed."""
        return [
            (Money(value, self.currency), denominations.is_note(value, self.currency), self[f"n{value}"])
            for value in denominations.of(self.currency)
        ]

    @property
    def decimals(self) -> int:
        """How many decimals the sums have."""
        return decimals(self.currency)

    @staticmethod
    def words_of(value: Money) -> str:
        """What a note or coin is called: '£20', '50p'."""
        if value.currency == "gbp" and value.minor < 100:
            return str(_("%(pence)sp", pence=value.minor))
        return written(value, short=True)

    @staticmethod
    def sum_of(value: Money, field: PiecesField) -> Money:
        """What the pieces of one kind come to."""
        return Money(value.minor * field.data, value.currency)

    @property
    def pieces(self) -> dict[int, int]:
        """How many there are of each value in minor units."""
        return {value.minor: field.data for value, _note, field in self.rows()}

    def total(self) -> Money:
        """What the sheet comes to, so far as its numbers could be read."""
        return counting.total(self.pieces, self.currency)

    def validate_counter_two(self, field: StringField) -> None:
        """Two different people count."""
        if field.data and counting.same_person(self.counter_one.data or "", field.data):
            self.wrong(field, _("Two different people must count; this is the same name twice"))

    def validate(self, extra_validators: object = None) -> bool:
        """Whether the sheet can be taken; one without a coin cannot."""
        super().validate(extra_validators)
        if not self.errors and not self.total().minor:
            self.wrong(self.rows()[0][2], _("Enter how many notes and coins there are"))
        return not self.errors

    def count(self) -> Count:
        """What a valid form says."""
        assert self.day.data is not None  # noqa: S101 - validate() has seen it
        return Count(
            place=self.place.data,
            day=self.day.data,
            counters=(self.counter_one.data, self.counter_two.data),
            pieces=self.pieces,
            box=self.box.data or "",
            seal=self.seal.data or "",
        )


@cache
def form_for(currency: str) -> type[CountForm]:
    """The form with the notes and coins of a currency."""
    fields = {f"n{value}": PiecesField() for value in denominations.of(currency)}
    return type("CountForm", (CountForm,), {"currency": currency, **fields})
