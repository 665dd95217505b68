"""Exceptions that somebody has looked at and let stand, apart from those that wait; and back among them once what was
seen then is not so any more."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.audit import acknowledging
from app.audit.acknowledging import Acknowledgement
from app.reconciliation.exceptions.exception import BookException
from app.subject import Subject


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An exception and the latest word on it."""

    found: BookException
    word: Acknowledgement


def apart(found: Iterable[BookException]) -> tuple[list[BookException], list[Acknowledged]]:
    """Those that wait for somebody, and those that somebody let stand as they are now."""
    words, waiting, stand = acknowledging.every(), [], []
    for each in found:
        word = words.get((each.kind, each.reference))
        if word is not None and word.facts == acknowledging.digest(facts_of(each)):
            stand.append(Acknowledged(each, word))
        else:
            waiting.append(each)
    return waiting, stand


def facts_of(found: BookException) -> str:
    """What an acknowledgement is said about."""
    return found.facts or found.what


def let_stand(found: BookException, *, reason: str, by: str) -> None:
    """Let an exception stand, as it is now; the caller commits."""
    subject = Subject("donation", found.gift) if found.gift else None
    acknowledging.acknowledge(found.kind, found.reference, facts_of(found), reason=reason, by=by, subject=subject)
