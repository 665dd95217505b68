"""What a receipt says: plain facts, tidied for one line each, frozen as canonical JSON when the receipt is issued.

They are kept in two parts, so that whom they name can be erased and everything else stays proved.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit

from app.emails.wording import one_line

# Joiners shape letters in many scripts; every other format character (bidi overrides among them) only disturbs.
_MOST_LINES = 6

# What says who gave. The salt is among it: a hash of this part tells nothing to whoever guesses a name.
_PERSONAL = ("donor", "donor_address", "salt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is printed. Days are ISO dates, instants ISO with offset; money is minor units and a currency.

    A draft has no `number`, `issued_on` and `issued_at`: numbering gives it them. `donor`, `donor_address` and
    `appeal` may be empty. `method` is a word the template knows ('card'); `link` leads to the receipt's own page,
    `plan_link` to where a monthly gift can be changed; `replaces` is the number of the receipt in whose place it
    stands. `salt` is random and never printed.
    """

    received_on: str
    amount_minor: int
    currency: str
    method: str
    appeal: str
    organisation: str
    organisation_address: str
    organisation_registration: str
    donor: str
    donor_address: tuple[str, ...]
    donation: str
    language: str
    link: str
    plan_link: str = ""
    replaces: str = ""
    number: str = ""
    issued_on: str = ""
    issued_at: str = ""
    salt: str = ""

    def frozen(self) -> str:
        """The facts as canonical JSON: keys in order, no spaces, characters as themselves; the same facts always make
        the same text."""
        return _canonical(asdict(self))

    def parted(self) -> tuple[str, str]:
        """The facts as two canonical JSON texts: what stays for ever, and what names the donor and may be erased."""
        values = asdict(self)
        personal = {name: values.pop(name) for name in _PERSONAL}
        return _canonical(values), _canonical(personal)

    def texts(self) -> Iterator[str]:
        """Every text of the facts that people wrote and that is printed; the amount is written when it is printed."""
        yield from (self.appeal, self.organisation, self.organisation_address, self.organisation_registration)
        yield from (self.donor, *self.donor_address, self.donation, self.link, self.plan_link)

    def changed(self, change: Callable[[str], str]) -> Self:
        """The facts with another wording of what people wrote, for paper. An organisation that has no name left is
        named by its address on the web; other texts may be empty then, and the page has words for that."""
        return replace(
            self,
            appeal=change(self.appeal),
            organisation=change(self.organisation) or urlsplit(self.link).hostname or "",
            organisation_address=change(self.organisation_address),
            organisation_registration=change(self.organisation_registration),
            donor=change(self.donor),
            donor_address=tuple(line for line in map(change, self.donor_address) if line),
        )


def thawed(frozen: str, personal: str | None = None) -> Facts:
    """The facts that `Facts.frozen` wrote, or the two parts of `Facts.parted`; they name nobody once that is erased."""
    values = {"donor": "", "donor_address": (), **json.loads(frozen), **json.loads(personal or "{}")}
    return Facts(**{**values, "donor_address": tuple(values["donor_address"])})


def _canonical(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def lines(text: str | None) -> tuple[str, ...]:
    """The lines of an address, tidied; what goes beyond six lines is drawn together into the last."""
    tidy = [line for line in map(one_line, (text or "").splitlines()) if line]
    if len(tidy) > _MOST_LINES:
        tidy[_MOST_LINES - 1 :] = [", ".join(tidy[_MOST_LINES - 1 :])]
    return tuple(tidy)
