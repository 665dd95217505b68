"""Finding what an address of the bank's pages names; what is not there is 404."""

from flask import abort
from sqlalchemy import select

from app.bank.account import BankAccount
from app.bank.statement import BankLine, BankStatement, BankUpload
from app.extensions import db
from app.money import Money

_LATEST = 12


def account_or_404(reference: str) -> BankAccount:
    """The bank account with this reference."""
    return db.session.scalar(select(BankAccount).where(BankAccount.reference == reference)) or abort(404)


def line_or_404(account: BankAccount, reference: str) -> BankLine:
    """A line of this account."""
    own = select(BankLine).where(BankLine.account_id == account.id, BankLine.reference == reference)
    return db.session.scalar(own) or abort(404)


def upload_or_404(account: BankAccount, reference: str) -> BankUpload:
    """A file that waits to be taken in for this account."""
    own = select(BankUpload).where(BankUpload.account_id == account.id, BankUpload.reference == reference)
    return db.session.scalar(own) or abort(404)


def import_or_404(account: BankAccount, digest: str, number: int) -> BankStatement:
    """An import of this account, by its file's SHA-256 and its number among imports of that file."""
    own = select(BankStatement).where(
        BankStatement.account_id == account.id, BankStatement.sha256 == digest, BankStatement.number == number
    )
    return db.session.scalar(own) or abort(404)


def imports(account: BankAccount) -> list[tuple[BankStatement, Money | None]]:
    """The latest imports, the last one first, with the balances that the files stated."""
    own = select(BankStatement).where(BankStatement.account_id == account.id)
    return [
        (each, None if each.closing_minor is None else Money(each.closing_minor, account.currency))
        for each in db.session.scalars(own.order_by(BankStatement.id.desc()).limit(_LATEST))
    ]
