"""What a column of balances says of how a file was read: that it adds up, from where to where, or that it does not."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.bank.formats.contents import BALANCE, SIGNS, FileNote
from app.money import Money


@dataclass(frozen=True, slots=True)
class Step:
    """A row's place in the file, what it moves, and the balance after it where the row states one."""

    where: str
    amount: Money
    balance: Money | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What stood on the account before and after all rows, where its balances add up in one direction or the other;
    `notes` say how they do not, and `wrong` counts at how many rows."""

    opening: Money | None = None
    closing: Money | None = None
    notes: tuple[FileNote, ...] = ()
    wrong: int = 0


def check(steps: Sequence[Step]) -> Checked:
    """Compare balances with payments: oldest first or newest first, whichever the file is in. Some banks state one
    balance a day; the payments between two of them count together."""
    if not any(step.balance is not None for step in steps):
        return Checked()
    runs = (list(steps), list(reversed(steps)))
    wrongs = [_wrong(run, 1) for run in runs]
    for run, wrong in zip(runs, wrongs, strict=True):
        if not wrong:
            return Checked(*_ends(run))
    fewest = min(wrongs, key=len)
    for run in runs:
        if not _wrong(run, -1):
            return Checked(notes=(FileNote(SIGNS, len(fewest), fewest[0]),), wrong=len(fewest))
    return Checked(notes=(FileNote(BALANCE, len(fewest), fewest[0]),), wrong=len(fewest))


def _wrong(run: Sequence[Step], sign: int) -> list[str]:
    """The rows whose balance is not the one before it and what came since; with `sign` -1, less what came."""
    found = []
    before: int | None = None
    moved = 0
    for step in run:
        moved += sign * step.amount.minor
        if step.balance is None:
            continue
        if before is not None and before + moved != step.balance.minor:
            found.append(step.where)
        before, moved = step.balance.minor, 0
    return found


def _ends(run: Sequence[Step]) -> tuple[Money, Money]:
    """The balances before the first and after the last row of a run that adds up."""
    places = [number for number, step in enumerate(run) if step.balance is not None]
    first, last = run[places[0]].balance, run[places[-1]].balance
    assert first is not None and last is not None  # noqa: S101, PT018 - these rows state one
    for step in run[: places[0] + 1]:
        first = first - step.amount
    for step in run[places[-1] + 1 :]:
        last = last + step.amount
    return first, last
