"""Authors: the names of those who have written a version or uploaded an image."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.staff import people
from app.subject import Subject


def names(subjects: Iterable[str]) -> dict[str, str]:
    """For each 'person:<reference>' or 'operator' what to call them; one query for all."""
    known = {Subject.parse(each) for each in subjects}
    references = {author.reference for author in known if author.kind == "person"}
    found = {Subject("person", each.reference): each.name or each.email for each in people.named(references)}
    return {
        author: found.get(author) or (_("the command line") if author == "operator" else _("someone who has left"))
        for author in known
    }
