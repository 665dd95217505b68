"""What writing an article and writing an appeal have in common: nobody's version is overwritten unseen."""

from typing import Any

from wtforms import HiddenField

from app.articles import comparing, versions
from app.articles.versions import Versioned
from app.office.content import authors, words
from app.web.fields import CleanedForm

MOST_CHARACTERS = 100_000
# Bytes: a text of `MOST_CHARACTERS` in any script, and the other fields.
LARGEST = 480_000


class TextForm(CleanedForm):
    """A form for another version of a text; `based_on` is the one that was before the editor, 0 for a new text."""

    based_on = HiddenField(default="0")

    @property
    def version_seen(self) -> int:
        """The number of the version that was before the editor."""
        return int(self.based_on.data) if (self.based_on.data or "").isdecimal() else 0

    def refuse_text(self, refusal: Exception) -> None:
        """Say why the text cannot be saved."""
        self.wrong(self.text, words.words(refusal))

    def overtaken_by(self, written: Versioned, yours: dict[str, Any]) -> dict[str, Any]:
        """What the page shows of the version that somebody else saved meanwhile, beside what was typed, which stays in
        the form and is based on that version from now on."""
        self.based_on.data = str(written.version)
        latest = versions.version(written, written.version)
        return {
            "latest": latest,
            "differences": comparing.differences(words.worded(versions.content(written)), words.worded(yours)),
            "names": authors.names([latest.written_by] if latest else []),
        }
