"""What a version holds, in words: so that two versions are compared as people read them.

What is said of a text whose images cannot be shown.
"""

from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from app.articles.images import ImageWithoutWords
from app.money import Money, written

_INSTANTS, _DAYS = ("posted_at", "event_starts_at", "event_ends_at"), ("starts_on", "ends_on")


def worded(content: dict[str, Any], currency: str = "") -> dict[str, Any]:
    """The same fields with days, amounts and choices as pages write them; `currency` is that of an appeal."""
    return {name: _words(name, value, content.get("currency") or currency) for name, value in content.items()}


def _words(name: str, value: Any, currency: str) -> Any:
    if value is None:
        return None
    if name in _INSTANTS:
        return str(format_datetime(datetime.fromisoformat(value), "d MMMM y, HH:mm"))
    if name in _DAYS:
        return str(format_date(date.fromisoformat(value), "d MMMM y"))
    if name == "target_minor":
        return written(Money(value, currency))
    if name == "suggested_minor":
        return [written(Money(minor, currency)) for minor in value]
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return value


def words(refusal: Exception) -> str:
    """Why the text cannot be saved, and what to do."""
    if isinstance(refusal, ImageWithoutWords):
        return str(_("Enter a description in the square brackets of each image"))
    return str(_("The text uses an image that has not been uploaded here. Upload it first"))
