"""The ledger as a table: a row for each end of each transfer, positive where the amount came to the account."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from app.ledger.exports import selection
from app.ledger.exports.copied import copied
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.tables import Table, amount, guarded
from app.money import decimals

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
