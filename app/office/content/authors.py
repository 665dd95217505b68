"""Whose hand it was: the names of those who have written a version or uploaded an image."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import db
from app.staff.people import Person


def names(hands: Iterable[str]) -> dict[str, str]:
    """For each 'person:<reference>' or 'operator' what to call them; one query for all."""
    known = set(hands)
    references = {hand.removeprefix("person:") for hand in known if hand.startswith("person:")}
    people = db.session.execute(
        select(Person.reference, Person.name, Person.email).where(Person.reference.in_(references))
    ).all()
    found = {f"person:{reference}": name or email for reference, name, email in people}
    return {
        hand: found.get(hand) or (_("a command") if hand == "operator" else _("somebody who has left"))
        for hand in known
    }
