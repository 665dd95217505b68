"""The forms of donors: their details, notes, and with whom they are one."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired

from app.web.fields import CleanedForm, EmailField, LineField, LinesField


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
