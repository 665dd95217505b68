"""The ledger's lines as PostgreSQL itself writes them: COPY spares a million rows their way through Python.

The same lines in the same order as `ledger_table` reads them, which a test compares.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection

from app.ledger.exports import selection
from app.ledger.exports.selection import Selection
from app.ledger.exports.tables import BEGINS_A_FORMULA
from app.money import decimals

_RUN = 2000
_INSTANT = """to_char(e.{} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
# The two ends of each transfer, its `from` first. A product has as many decimals as its factors together.
_COPY = f"""
COPY (
  SELECT e.id, t.line, e.booked_on, {_INSTANT.format("occurred_at")}, {_INSTANT.format("recorded_at")},
    e.kind, e.memo, e.subject, e.source, a.code,
    CASE WHEN left(a.name, 1) = ANY(%(begins)s) THEN '''' || a.name ELSE a.name END,
    a.kind, a.currency, s.sign * t.amount_minor * {{unit}}
  FROM entries e
  JOIN transfers t ON t.entry_id = e.id
  CROSS JOIN LATERAL (VALUES (t.from_account_id, -1), (t.to_account_id, 1)) s (account_id, sign)
  JOIN accounts a ON a.id = s.account_id
  WHERE e.booked_on BETWEEN %(first)s AND %(last)s {{some}}
  ORDER BY e.booked_on, e.id, t.line, s.sign
) TO STDOUT (FORMAT csv)
"""  # noqa: S608 - nothing of it comes from outside


def copied(connection: Connection, chosen: Selection) -> Iterator[tuple[int, bytes]]:
    """Pieces of CSV, each with how many rows it holds; lines end in CRLF, for no cell of ours holds a line's end."""
    places = {each.currency: decimals(each.currency) for each in selection.accounts(connection).values()}
    odd = "".join(f"WHEN '{currency}' THEN 1e-{number} " for currency, number in places.items() if number != 2)
    statement = _COPY.format(
        unit=f"CASE a.currency {odd}ELSE 0.01 END" if odd else "0.01",
        some="" if chosen.account_ids is None else "AND s.account_id = ANY(%(ids)s)",
    )
    values: dict[str, Any] = {
        "begins": sorted(BEGINS_A_FORMULA),
        "ids": sorted(chosen.account_ids or ()),
        "first": chosen.from_on,
        "last": chosen.to_on,
    }
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - this module is PostgreSQL's
    # The driver lends out its own memory for each row, and is quick only when it gets that back at once.
    held, count = bytearray(), 0
    with driver.cursor() as cursor, cursor.copy(statement, values) as rows:
        for row in rows:
            held += row
            count += 1
            if count == _RUN:
                yield count, bytes(held).replace(b"\n", b"\r\n")
                held, count = bytearray(), 0
    if count:
        yield count, bytes(held).replace(b"\n", b"\r\n")
