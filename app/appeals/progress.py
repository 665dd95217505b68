"""How an appeal stands today: what it has raised and what is missing, ready to be shown with its bar and its words."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app import clock
from app.appeals import raised as raising
from app.appeals.appeal import Appeal
from app.appeals.raised import Raised
from app.money import Money, decimals

# More laps than these are said in words alone: a bar is to be seen at one glance.
_MOST_LAPS = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """What the total's fragment shows. `share` is in whole per cent, `laps` in thousandths of the target.

    1240 thousandths are two laps, (1000, 240). `needed_a_day` is rounded up to the main unit, so that whoever gives
    it every day gets there. `beyond` is what came in over the target.
    """

    slug: str
    phase: Literal["coming", "open", "ended"]
    raised: Raised
    target: Money | None
    share: int | None
    laps: tuple[int, ...]
    beyond: Money | None
    days_left: int | None
    needed_a_day: Money | None
    starts_on: date | None
    ends_on: date | None

    @property
    def version(self) -> str:
        """Changes whenever anything shown changes, but not with the time of looking alone."""
        facts = (self.slug, self.phase, self.raised.amount, self.raised.gifts, self.target, self.days_left)
        return hashlib.sha256(repr((*facts, self.starts_on, self.ends_on)).encode()).hexdigest()[:24]


def of(appeal: Appeal) -> Progress:
    """How one appeal stands."""
    return _progress(appeal, raising.by(appeal))


def of_all(appeals: Sequence[Appeal]) -> list[Progress]:
    """How several appeals stand, in their order, from one reading of the books."""
    sums = raising.of(appeals)
    return [_progress(appeal, sums[appeal.id]) for appeal in appeals]


def _progress(appeal: Appeal, raised: Raised) -> Progress:
    today = clock.today()
    phase: Literal["coming", "open", "ended"] = "open"
    if not appeal.open_on(today):
        phase = "ended" if appeal.ends_on is not None and appeal.ends_on < today else "coming"
    days_left = appeal.days_left() if phase == "open" else None
    over = None if appeal.target is None else raised.amount - appeal.target
    return Progress(
        slug=appeal.slug,
        phase=phase,
        raised=raised,
        target=appeal.target,
        share=raised.share(appeal.target),
        laps=_laps(raised.amount, appeal.target),
        beyond=over if over is not None and over.minor > 0 else None,
        days_left=days_left,
        needed_a_day=_a_day(raised.still_needed(appeal.target), days_left),
        starts_on=appeal.starts_on,
        ends_on=appeal.ends_on,
    )


def _laps(amount: Money, target: Money | None) -> tuple[int, ...]:
    """Each lap of the bar in thousandths of the target: full ones first, then the one being run."""
    if target is None:
        return ()
    full, begun = divmod(max(0, amount.minor) * 1000 // target.minor, 1000)
    laps = (*[1000] * full, begun) if begun or not full else (*[1000] * full,)
    return laps[:_MOST_LAPS]


def _a_day(needed: Money | None, days_left: int | None) -> Money | None:
    if needed is None or not needed.minor or not days_left:
        return None
    unit = 10 ** decimals(needed.currency)
    return Money(-(-needed.minor // (days_left * unit)) * unit, needed.currency)
