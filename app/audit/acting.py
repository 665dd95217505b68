"""Who is at work in this process or request, and from where; doors say it, and the trail writes it down."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`by` is 'person:<reference>', 'operator' (the command line) or 'stranger' (nobody is signed in)."""

    by: str
    address: str | None = None


OPERATOR = Actor("operator")

_at_work: ContextVar[Actor] = ContextVar("whipround_actor", default=OPERATOR)


def begin(actor: Actor) -> None:
    """From here on, in this context, `actor` is at work."""
    _at_work.set(actor)


def end() -> None:
    """Nobody but the operator is at work any more; a door calls it when a request is over."""
    _at_work.set(OPERATOR)


def at_work() -> Actor:
    """Who is at work here."""
    return _at_work.get()
