"""What is said of a text whose images cannot be shown."""

from flask_babel import gettext as _

from app.articles.images import ImageWithoutWords


def words(refusal: Exception) -> str:
    """Why the text cannot be saved, and what to do."""
    if isinstance(refusal, ImageWithoutWords):
        return str(_("Say in the square brackets of each image what is to be seen on it"))
    return str(_("Upload every image first; the text names one that was not uploaded here"))
