"""What is noticed about a form before it is taken in: whoever sent it looks once more, and sends it all the same.

    found = …
    if noticed.asks(found):
        return render_template(…, found=found, anyway=noticed.mark(found))

The second press names what was shown, so that something else that has come up meanwhile is shown as well.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

# The field that says: all the same.
ANYWAY = "anyway"


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing that was noticed, in words, and where it can be looked at."""

    words: str
    address: str = ""


def mark(found: Sequence[Noticed]) -> str:
    """What the second press says of the things that were shown."""
    said = "|".join(f"{each.words} {each.address}" for each in found)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def asks(found: Sequence[Noticed]) -> bool:
    """Whether something was noticed that whoever sent the form has not seen yet."""
    return bool(found) and request.form.get(ANYWAY) != mark(found)
