"""Sums: which few of many amounts come to a given one."""

from collections.abc import Sequence

# Among more than this, several sums would fit by chance; and a search must end.
_MANY, _FEW, _STEPS = 40, 8, 20_000


def pick(amounts: Sequence[int], total: int, *, least: int) -> list[int] | None:
    """The places of at least `least` amounts that come to `total`, all of one sign; the fewest that do, earlier ones
    first. `None` when none do, or when there are too many to say."""
    sign = 1 if total > 0 else -1
    sizes = [sign * amount for amount in amounts]
    if not total or len(sizes) > _MANY or any(size <= 0 for size in sizes):
        return None
    if sum(sizes) == sign * total and len(sizes) >= least:
        return list(range(len(sizes)))
    steps = 0

    def search(start: int, left: int, chosen: list[int], count: int) -> list[int] | None:
        nonlocal steps
        if count == 0:
            return chosen if left == 0 else None
        for place in range(start, len(sizes)):
            steps += 1
            if steps > _STEPS:
                return None
            if sizes[place] <= left:
                found = search(place + 1, left - sizes[place], [*chosen, place], count - 1)
                if found is not None:
                    return found
        return None

    for count in range(least, min(len(sizes), _FEW) + 1):
        found = search(0, sign * total, [], count)
        if found is not None:
            return found
    return None
