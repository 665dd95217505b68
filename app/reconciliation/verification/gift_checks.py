"""Gifts against the ledger: what a donation says that it is must be what its entries say, which are sealed."""

from collections.abc import Iterator

from sqlalchemy import bindparam, text

from app.database import db
from app.ledger.entries import CASH, COUNTED
from app.ledger.verifying import Fault
from app.subject import Subject

_GIFT = Subject("donation", "")
# The entries of a donation (d) that received it and have not been reversed: what <received> stands for.
_RECEIVED = """
    FROM entries e WHERE e.subject = '<gift>' || d.reference AND e.kind IN :kinds AND e.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses_id = e.id)
"""
_CHECKS = (
    """
    SELECT 'donations ' || d.id AS place, 'is not what the ledger has received for its appeal' AS fault FROM donations d
    WHERE d.state = 'received' AND NOT EXISTS (
        SELECT 1 FROM entries e JOIN transfers t ON t.entry_id = e.id
        JOIN appeal_accounts a ON a.account_id = t.from_account_id AND a.appeal_id = d.appeal_id
            AND (d.method = 'card' OR coalesce(a.branch_id, 0) = coalesce(d.branch_id, 0))
        WHERE e.subject = '<gift>' || d.reference AND e.kind IN :kinds AND e.reverses_id IS NULL
            AND t.amount_minor = d.amount_minor AND t.currency = d.currency
            AND (d.method <> 'card' OR e.source = 'stripe:' || d.charge_id || '\\:received'))
    ORDER BY d.id
    """,
    """
    SELECT 'donations ' || d.id AS place, 'is ' || d.state || ', though the ledger has received it' AS fault
    FROM donations d WHERE d.state <> 'received' AND EXISTS (SELECT 1 <received>) ORDER BY d.id
    """,
    """
    SELECT 'entries ' || e.id AS place, 'is of a donation that is not there' AS fault
    FROM entries e LEFT JOIN donations d ON d.reference = substr(e.subject, length('<gift>') + 1)
    WHERE e.kind IN :kinds AND e.subject LIKE '<gift>%' AND d.id IS NULL ORDER BY e.id
    """,
    """
    SELECT 'gifts_by_hand ' || g.donation_id AS place,
        CASE WHEN g.reversed_at IS NULL THEN 'stands, though the ledger has reversed it'
        ELSE 'is reversed, though the ledger keeps it' END AS fault
    FROM gifts_by_hand g JOIN donations d ON d.id = g.donation_id
    WHERE d.state = 'received' AND (g.reversed_at IS NULL) <> EXISTS (SELECT 1 <received>) ORDER BY d.id
    """,
    """
    SELECT 'gifts_by_hand ' || g.donation_id AS place,
        CASE WHEN g.bounced_on IS NULL THEN 'stands, though the ledger has it bounced'
        ELSE 'bounced, though the ledger keeps it' END AS fault
    FROM gifts_by_hand g JOIN donations d ON d.id = g.donation_id
    WHERE (g.bounced_on IS NULL) = EXISTS (
        SELECT 1 FROM entries e WHERE e.source IN ('cheque:' || d.reference || '\\:bounced', g.bounced_line)
        AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses_id = e.id))
    ORDER BY d.id
    """,
    """
    SELECT 'donations ' || d.id AS place, 'is not paid back as much as the ledger says' AS fault FROM donations d
    WHERE d.paid_back_minor <> coalesce((
        SELECT sum(t.amount_minor) FROM entries e JOIN transfers t ON t.entry_id = e.id
        WHERE e.subject = '<gift>' || d.reference AND e.kind = 'paid-back'
        AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses_id = e.id)), 0)
    ORDER BY d.id
    """,
    """
    SELECT 'donors ' || d.id AS place, 'is erased, of which nothing is on record' AS fault
    FROM donors d LEFT JOIN erasures e ON e.subject = 'donor' AND e.subject_id = d.id
    WHERE d.erased_at IS NOT NULL AND e.id IS NULL ORDER BY d.id
    """,
    """
    SELECT 'donors ' || d.id AS place, 'is on record as erased, and is not' AS fault
    FROM donors d JOIN erasures e ON e.subject = 'donor' AND e.subject_id = d.id
    WHERE d.erased_at IS NULL ORDER BY d.id
    """,
)


def faults(most: int) -> Iterator[Fault]:
    """The gifts and donors that are not as the ledger and the records say, at most `most` of each kind."""
    for check in _CHECKS:
        asked = text(check.replace("<received>", _RECEIVED).replace("<gift>", _GIFT))
        if ":kinds" in asked.text:
            asked = asked.bindparams(bindparam("kinds", [*COUNTED, CASH], expanding=True))
        for row in db.session.execute(asked).fetchmany(most):
            yield Fault(row.place, row.fault)
