"""Verifying: every balance recomputed from the transfers, every rule of the books checked again, row by row."""

from dataclasses import dataclass
from itertools import islice

from sqlalchemy import text

from app.extensions import db
from app.ledger import recounting

# Each check is a query whose rows are faults: where (a table and its key) and what is wrong there. They do not trust
# the constraints and triggers, because whoever got round those is the one to be found.
_CHECKS = (
    """
    SELECT 'entries ' || e.id AS place, 'says ' || e.lines || ' lines but has ' || count(t.line) AS fault
    FROM entries e LEFT JOIN transfers t ON t.entry_id = e.id GROUP BY e.id, e.lines
    HAVING count(t.line) <> e.lines OR max(t.line) <> e.lines OR count(t.line) = 0 ORDER BY e.id
    """,
    """
    SELECT 'transfers ' || t.entry_id || '/' || t.line AS place, 'moves nothing, to itself or to nowhere' AS fault
    FROM transfers t LEFT JOIN entries e ON e.id = t.entry_id
    WHERE e.id IS NULL OR t.amount_minor <= 0 OR t.from_account_id = t.to_account_id
    ORDER BY t.entry_id, t.line
    """,
    """
    SELECT 'transfers ' || t.entry_id || '/' || t.line AS place, 'its currency is not that of its accounts' AS fault
    FROM transfers t LEFT JOIN accounts f ON f.id = t.from_account_id LEFT JOIN accounts g ON g.id = t.to_account_id
    WHERE f.currency IS NULL OR g.currency IS NULL OR t.currency <> f.currency OR t.currency <> g.currency
    ORDER BY t.entry_id, t.line
    """,
    """
    SELECT 'accounts ' || id AS place, 'its code does not end in its currency' AS fault
    FROM accounts WHERE code NOT LIKE '%:' || currency ORDER BY id
    """,
    """
    SELECT 'entries ' || r.id AS place, 'is not the mirror image of entry ' || r.reverses_id AS fault
    FROM entries r JOIN entries e ON e.id = r.reverses_id
    WHERE r.lines <> e.lines OR EXISTS (
        SELECT 1 FROM transfers t LEFT JOIN transfers m ON m.entry_id = r.id AND m.line = t.line
          AND m.from_account_id = t.to_account_id AND m.to_account_id = t.from_account_id
          AND m.amount_minor = t.amount_minor AND m.currency = t.currency
        WHERE t.entry_id = e.id AND m.line IS NULL)
    ORDER BY r.id
    """,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the books that is not as it must be."""

    place: str
    what: str


def faults(most: int = 20) -> list[Fault]:
    """Check the whole books; the faults found, at most `most` of each kind, and an empty list for clean books."""
    found: list[Fault] = []
    for check in _CHECKS:
        rows = db.session.execute(text(check)).fetchmany(most)
        found += [Fault(row.place, row.fault) for row in rows]
    for differences in recounting.differences():
        found += [Fault(place, what) for place, what in islice(differences, most)]
    return found
