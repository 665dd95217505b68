"""Finding what an address of the bank's pages names; what is not there is 404."""

from flask import abort

from app.bank import finding
from app.bank.account import BankAccount
from app.bank.statement import BankLine, BankStatement, BankUpload
from app.money import Money

_LATEST = 12


def account_or_404(reference: str) -> BankAccount:
    """The bank account with this reference."""
    return finding.account(reference) or abort(404)


def line_or_404(account: BankAccount, reference: str) -> BankLine:
    """A line of this account."""
    return finding.line(account, reference) or abort(404)


def upload_or_404(account: BankAccount, reference: str) -> BankUpload:
    """A file that waits to be taken in for this account."""
    return finding.upload(account, reference) or abort(404)


def import_or_404(account: BankAccount, digest: str, number: int) -> BankStatement:
    """An import of this account, by its file's SHA-256 and its number among imports of that file."""
    return finding.statement(account, digest, number) or abort(404)


def imports(account: BankAccount) -> list[tuple[BankStatement, Money | None]]:
    """The latest imports, the last one first, with the balances that the files stated."""
    return [
        (each, None if each.closing_minor is None else Money(each.closing_minor, account.currency))
        for each in finding.statements(account, _LATEST)
    ]
