"""The ledger as a table: a row for each end of each transfer, positive where the amount came to the account.

The ledger's lines as PostgreSQL itself writes them: COPY spares a million rows their way through Python.

The same lines in the same order as `ledger_table` reads them, which a test compares.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection

from app.ledger.exports import selection
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.tables import BEGINS_A_FORMULA, Table, amount, guarded
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


COLUMNS = (
    "entry",
    "line",
    "booked_on",
    "happened_at",
    "recorded_at",
    "kind",
    "memo",
    "subject",
    "source",
    "account",
    "account_name",
    "account_kind",
    "currency",
    "amount",
)


def ledger_table(connection: Connection, chosen: Selection, totals: Sequence[Total]) -> Table:
    """The chosen lines; `totals` are what they come to, read from the same connection."""
    return Table(
        name="ledger",
        columns=COLUMNS,
        rows=_rows(connection, chosen),
        count=sum(total.lines for total in totals),
        amounts=frozenset([13]),
        days=frozenset([2]),
        control=control(totals),
        as_csv=copied(connection, chosen) if connection.dialect.name == "postgresql" else None,
    )


def control(totals: Sequence[Total]) -> list[list[str]]:
    """The control totals in words: how many lines, what came to the accounts, what left them, by currency."""
    return [
        [
            "Control total",
            total.currency.upper(),
            f"{total.lines} lines",
            f"in {amount(total.in_minor, total.currency)}",
            f"out {amount(total.out_minor, total.currency)}",
        ]
        for total in totals
    ]


def _rows(connection: Connection, chosen: Selection) -> Iterator[tuple[str | int, ...]]:
    # What is the same for every line of an account is written once; only names are anybody's free words, the rest
    # comes from our own vocabulary. This loop is what a large export costs, so it does little.
    named = {
        account_id: (each.code, guarded(each.name), each.kind, each.currency)
        for account_id, each in selection.accounts(connection).items()
    }
    plain = {currency: decimals(currency) == 2 for currency in {each[3] for each in named.values()}}
    wanted = chosen.account_ids
    for (
        entry,
        booked,
        happened,
        recorded,
        kind,
        memo,
        subject,
        source,
        line,
        gone,
        come,
        currency,
        minor,
    ) in selection.moved(connection, chosen):
        # Fast for the usual currencies, and the same as `amount`.
        written = f"{minor // 100}.{minor % 100:02d}" if plain[currency] else amount(minor, currency)
        head = entry, line, booked, happened, recorded, kind, memo, subject, source
        if wanted is None or gone in wanted:
            yield *head, *named[gone], f"-{written}"
        if wanted is None or come in wanted:
            yield *head, *named[come], written
