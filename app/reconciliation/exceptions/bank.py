"""Exceptions at the bank: lines that nobody has matched, money of unknown givers with its age, balances that differ."""

from sqlalchemy import func, select

from app.bank.account import BankAccount
from app.bank.statement import BankLine
from app.database import db
from app.money import written
from app.reconciliation.bank import balance, expected
from app.reconciliation.exceptions.exception import BookException


def lines(most: int) -> list[BookException]:
    """Lines of the bank's statements that wait for somebody to say what they are, the oldest first."""
    rows = db.session.execute(
        select(BankLine, BankAccount.name)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(BankLine.entry_id.is_(None))
        .order_by(BankLine.day, BankLine.id)
        .limit(most)
    )
    return [
        BookException(
            "bank line", row.BankLine.reference, f"{written(row.BankLine.amount)} on {row.BankLine.day}, {row.name}"
        )
        for row in rows
    ]


def unidentified(most: int) -> list[BookException]:
    """Money that came to the bank from somebody unknown, and since how many days it waits, the longest first."""
    return [
        BookException(
            "unidentified money",
            each.subject.reference,
            f"{written(-each.amount)} since {each.since}, {balance.days_since(each.since)} days",
            facts=f"{written(-each.amount)} since {each.since}",
        )
        for each in expected.unidentified()[:most]
    ]


def differences() -> list[BookException]:
    """Accounts on which the bank's own balance is not what all its lines come to: some were never imported."""
    found = []
    for account in db.session.scalars(select(BankAccount).order_by(BankAccount.id)):
        agreement = balance.of(account)
        if agreement is not None and agreement.missing.minor:
            found.append(
                BookException(
                    "bank difference",
                    account.reference,
                    f"{account.name}: the bank's balance on {agreement.day} holds {written(agreement.missing)} that no "
                    "line of its statements shows",
                )
            )
    return found


def open_lines() -> int:
    """How many lines wait for somebody to say what they are."""
    return db.session.scalar(select(func.count()).select_from(BankLine).where(BankLine.entry_id.is_(None))) or 0
