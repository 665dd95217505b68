"""What can go wrong in our own words: every refusal a person may see is a `DomainError`."""


class DomainError(Exception):
    """A fact that stops what was asked; its message may be shown to the person who asked.

    Subclasses are named for the fact and stand in the package that raises them. No message carries personal data,
    because messages also reach logs. One that is `final` is of no use to try again soon.
    """

    final = False


def in_words(failure: BaseException) -> str:
    """An error as it may be stored, logged and shown: its kind, and its words only where we wrote them ourselves,
    because a library's message may quote personal data."""
    kind = type(failure).__name__
    return f"{kind}: {failure}" if isinstance(failure, DomainError) else kind
