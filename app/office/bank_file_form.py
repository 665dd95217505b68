"""The form with which a bank's file is uploaded."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from app.web.fields import CleanedForm


class FileForm(CleanedForm):
    """The file."""

    account = HiddenField()
    file = FileField(
        _l("The bank’s file"),
        description=_l(
            "CSV, OFX, QIF, MT940 or CAMT.053, up to 3 MB. It may overlap with what you have: nothing counts twice."
        ),
        validators=[FileRequired(_l("Choose the file that you got from the bank"))],
    )
