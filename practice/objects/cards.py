"""The test cards, with what each does; the numbers and messages are Stripe's (docs.stripe.com/testing)."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """A card that exists only in tests. A card without `code` pays; with `challenge` it first asks for 3-D Secure.

    `dispute` is how its charges are disputed afterwards (`chargeback`, `inquiry`), `refund` how its refunds end
    (`fails`: they succeed at first; `succeeds`: they are pending at first). With `attaches` it is taken for later
    payments, and declined at each of them.
    """

    number: str
    code: str | None = None
    decline_code: str | None = None
    message: str = ""
    challenge: bool = False
    dispute: str = ""
    refund: str = ""
    attaches: bool = False

    @property
    def last4(self) -> str:
        """The last four digits, the only ones that a charge shows."""
        return self.number[-4:]

    @property
    def written(self) -> str:
        """The number in groups of four, as it stands on a card."""
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000000000003220", challenge=True),
        Card("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
        Card("4000000000009995", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        Card("4000000000000069", "expired_card", None, "Your card has expired."),
        Card("4000000000000341", "card_declined", "generic_decline", "Your card was declined.", attaches=True),
        Card("4000000000000259", dispute="chargeback"),
        Card("4000000000001976", dispute="inquiry"),
        Card("4000000000007726", refund="succeeds"),
        Card("4000000000005126", refund="fails"),
    )
}


def known(number: str) -> Card | None:
    """The test card of this number, however it is spaced; any other number is none, and is never kept."""
    return CARDS.get(re.sub(r"[\s-]", "", number))
