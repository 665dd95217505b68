"""Whose hand it was: the names of those who have written a version or uploaded an image."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.staff import people
from app.subject import Subject


def names(subjects: Iterable[str]) -> dict[str, str]:
    """For each 'person:<reference>' or 'operator' what to call them; one query for all."""
    known = {Subject.parse(each) for each in subjects}
    references = {hand.reference for hand in known if hand.kind == "person"}
    found = {Subject("person", each.reference): each.name or each.email for each in people.named(references)}
    return {
        hand: found.get(hand) or (_("the command line") if hand == "operator" else _("someone who has left"))
        for hand in known
    }
