"""An exception: something that the books cannot settle by themselves."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BookException:
    """One exception: what kind it is, the public reference to look it up by, and what is the matter.

    `gift` is the reference of the gift that it is about, and `stripe_id` what it is about at Stripe, where there is
    one. `facts` is what somebody who acknowledged it has seen; it needs somebody again once that has changed. What
    only grows older (days, tries) is no part of it.
    """

    kind: str
    reference: str
    what: str
    gift: str = field(default="", compare=False)
    stripe_id: str = field(default="", compare=False)
    facts: str = field(default="", compare=False)
