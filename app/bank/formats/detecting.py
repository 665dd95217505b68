"""Reading a bank's file for an account, whatever form it has."""

from dataclasses import dataclass

from app.bank.account import BankAccount
from app.bank.formats import camt, csv_guessing, csv_lines, csv_table, mapping, mt940, ofx, qif, recognising
from app.bank.formats.contents import NotReadable, ReadFile
from app.bank.formats.csv_table import CsvTable
from app.bank.formats.mapping import Mapping
from app.bank.formats.recognising import CAMT, MT940, OFX, QIF

# Reasons that no other reading of the columns would mend.
OF_ANOTHER = ("other-account", "several-accounts", "other-currency")


@dataclass(frozen=True, slots=True)
class NeedsMapping:
    """A CSV file whose columns nobody has explained yet: its table, and what we would guess."""

    table: CsvTable
    guess: Mapping | None


def read(body: bytes, account: BankAccount, columns: Mapping | None = None) -> ReadFile | NeedsMapping:
    """Read a file for an account; a CSV file by `columns`, or by what was kept for files of its shape, unless it
    holds amounts in a column that nobody has explained.

    Raises `NotReadable`.
    """
    form = recognising.form_of(body)
    if form == OFX:
        return ofx.read(body, account.currency, account.last_digits)
    if form == CAMT:
        return camt.read(body, account.currency, account.last_digits)
    if form == QIF:
        return qif.read(body, account.currency, account.last_digits)
    if form == MT940:
        return mt940.read(body, account.currency, account.last_digits)
    table = csv_table.read(body)
    if columns is not None:
        return csv_lines.read(table, columns, account.currency, account.last_digits)
    remembered = mapping.stored(account.id, table.shape)
    if remembered is not None and not csv_guessing.unexplained(table, remembered):
        try:
            return csv_lines.read(table, remembered, account.currency, account.last_digits)
        except NotReadable as refusal:
            # What was kept does not fit this file: perhaps its columns mean something else than they did.
            if refusal.reason in OF_ANOTHER:
                raise
    guess = csv_guessing.guess(table, account.currency)
    if guess is not None:
        try:
            csv_lines.read(table, guess, account.currency, account.last_digits)
        except NotReadable as refusal:
            if refusal.reason in OF_ANOTHER:
                raise
    return NeedsMapping(table, guess)
