"""Why a line of the bank's statement cannot be what somebody says it is."""

from app.errors import DomainError


class NotExpected(DomainError):
    """What the line was to be is not expected any more: somebody has confirmed another line as it, or undone it."""


class DoesNotFit(DomainError):
    """The amounts of the lines and of what they are to be differ."""


class WrongWay(DomainError):
    """Money that came in cannot be spending, and money that went out cannot be a gift."""
