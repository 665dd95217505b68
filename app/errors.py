"""What can go wrong in the words of the house: every refusal a person may see is a `DomainError`."""


class DomainError(Exception):
    """A fact that stops what was asked; its message may be shown to the person who asked.

    Subclasses are named for the fact and live in the room that raises them. No message carries personal data,
    because messages also reach logs.
    """
