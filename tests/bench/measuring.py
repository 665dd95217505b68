"""Measuring: subject and calibration take turns, so that a noisy machine hurts both; the medians are compared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Plan:
    """What the command line asked for; `folder` is for databases and requests, and goes when the run ends."""

    folder: Path
    databases: tuple[str, ...]
    size: Literal["tiny", "small", "full"]
    repeat: int

    def sized(self, tiny: int, small: int, full: int) -> int:
        """The number for this run's size."""
        return {"tiny": tiny, "small": small, "full": full}[self.size]


@dataclass(frozen=True)
class Goal:
    """A limit for a figure."""

    bound: Literal["at least", "at most"]
    limit: float
    unit: str = "times"

    def met(self, figure: float) -> bool:
        return figure >= self.limit if self.bound == "at least" else figure <= self.limit

    def __str__(self) -> str:
        return f"{self.bound} {self.limit:.4g} {self.unit}"


@dataclass(frozen=True)
class Figure:
    """One line of the table: `value` is held against the goal; `subject` and `baseline` are what it was made from.

    A figure without a goal is there for the reader. `spread` are the lowest and the highest value of the rounds.
    """

    bench: str
    what: str
    database: str
    value: float
    goal: Goal | None = None
    unit: str = "times"
    subject: str = ""
    against: str = ""
    spread: tuple[float, float] | None = None
    more: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.goal.met(self.value) else "MISSED"


Round = tuple[float, float]


def in_turns(repeat: int, subject: Callable[[], float], baseline: Callable[[], float]) -> list[Round]:
    """Measure both `repeat` times, each round beginning with the other one; the pairs (subject, baseline)."""
    rounds = []
    for number in range(repeat):
        if number % 2:
            against = baseline()
            rounds.append((subject(), against))
        else:
            own = subject()
            rounds.append((own, baseline()))
    return rounds


def ratio(
    rounds: list[Round], *, bench: str, what: str, database: str, goal: Goal | None, unit: str, scale: float = 1
) -> Figure:
    """The figure that compares both: the median of the rounds' own ratios, because a round's two halves lie side by
    side in time. `unit` and `scale` write the medians of the halves themselves."""
    ratios = [own / against for own, against in rounds]
    return Figure(
        bench=bench,
        what=what,
        database=database,
        value=median(ratios),
        goal=goal,
        subject=f"{median(own for own, _ in rounds) * scale:.4g} {unit}",
        against=f"{median(against for _, against in rounds) * scale:.4g} {unit}",
        spread=(min(ratios), max(ratios)),
    )


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
