"""Files that stay under a program's limits: as many as it takes, each with its head, none cutting an entry in two."""

from collections.abc import Iterable, Iterator, Sequence

from app.ledger.exports.statement_lines import written

Rows = Sequence[Sequence[str]]


def split(
    head: Rows, groups: Iterable[Rows], *, lines: int | None = None, octets: int | None = None
) -> Iterator[bytes]:
    """The files that hold the groups of rows, in order; what belongs together stays in one file.

    A file has at most `lines` lines and at most `octets` bytes, its head included. There is always a first file.
    """
    top = written(head)
    held, count = [top], len(head)
    size = len(top)
    for group in groups:
        piece = written(group)
        too_long = lines is not None and count + len(group) > lines
        too_large = octets is not None and size + len(piece) > octets
        if (too_long or too_large) and len(held) > 1:
            yield b"".join(held)
            held, count, size = [top], len(head), len(top)
        held.append(piece)
        count += len(group)
        size += len(piece)
    yield b"".join(held)
