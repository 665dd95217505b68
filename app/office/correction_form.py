"""A correction says why."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.web.fields import CleanedForm


class CorrectionForm(CleanedForm):
    """The reason for which something is reversed."""

    reason = TextAreaField(
        _l("Why is it wrong?"),
        description=_l("Kept beside the books, where it can be erased. Name nobody if you can help it."),
        validators=[
            DataRequired(_l("Say why it is wrong")),
            Length(max=500, message=_l("The reason must be 500 characters or fewer")),
        ],
    )
