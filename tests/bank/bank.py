"""A bank for the tests: accounts, and files taken in for them."""

from collections.abc import Collection
from pathlib import Path

from app.bank import taking_in
from app.bank.account import BankAccount, open_account
from app.bank.formats import detecting
from app.bank.formats.contents import ReadFile
from app.bank.formats.detecting import NeedsMapping
from app.bank.taking_in import TakenIn
from app.database import writing
from app.money import Money

FILES = Path(__file__).parent / "files"


def a_bank_account(name: str = "Treasurer", currency: str = "gbp", last_digits: str = "1234") -> BankAccount:
    """A bank account, committed."""
    with writing():
        return open_account(name, currency, last_digits)


def read_file(bank: BankAccount, file: str | bytes) -> tuple[ReadFile, bytes]:
    """A file as read with the columns that were guessed, and its bytes."""
    body = (FILES / file).read_bytes() if isinstance(file, str) else file
    found = detecting.read(body, bank)
    if isinstance(found, NeedsMapping):
        assert found.guess is not None
        found = detecting.read(body, bank, found.guess)
    assert isinstance(found, ReadFile)
    return found, body


def take_in_file(
    bank: BankAccount, file: str | bytes, others: Collection[int] = (), closing: Money | None = None
) -> TakenIn:
    """A file taken in by the treasurer, committed."""
    read, body = read_file(bank, file)
    with writing():
        return taking_in.take_in(bank, read, body, "ada", others=others, closing=closing)
