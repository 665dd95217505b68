"""An exception: something that the books cannot settle by themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One exception: what kind it is, the public reference to look it up by, and what is the matter."""

    kind: str
    reference: str
    what: str
