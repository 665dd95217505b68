"""A bank account's statement as other programs take it: one line for each line that the bank gave us."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from app.bank.account import BankAccount
from app.bank.statement import BankLine
from app.ledger.exports.statement_lines import StatementLine, british


def is_of_a_bank(connection: Connection, ledger_account_id: int) -> bool:
    """Whether this account of the ledger is an account at a bank, and so has a statement of its own."""
    found = select(BankAccount.id).where(BankAccount.ledger_account_id == ledger_account_id)
    return connection.execute(found).first() is not None


def lines(connection: Connection, ledger_account_id: int, from_on: date, to_on: date) -> Iterator[StatementLine]:
    """The lines of these days, both included, in the order of the statement, whatever was said that they are.

    What was confirmed and undone again leaves no trace here: the bank's line is one line. Whose words were erased, of
    that line the day and the amount are left.
    """
    found = (
        select(
            BankLine.day,
            BankLine.amount_minor,
            BankLine.currency,
            BankLine.payer,
            BankLine.details,
            BankLine.bank_id,
            BankLine.reference,
        )
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(BankAccount.ledger_account_id == ledger_account_id, BankLine.day.between(from_on, to_on))
        .order_by(BankLine.day, BankLine.statement_id, BankLine.row, BankLine.id)
    )
    for row in connection.execute(found):
        yield StatementLine(
            british(row.day), row.amount_minor, row.currency, row.payer, row.details, row.bank_id or row.reference
        )
