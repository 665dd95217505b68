"""Whose file a CSV file is: the account that it names in a column or above its table, and the rows of others."""

import re
from collections.abc import Collection

from app.bank.formats.contents import NotReadable
from app.bank.formats.csv_table import CsvTable

_LABEL = re.compile(r"\b(?:account|a/c|iban|\w*konto(?:nummer)?|rekening)\b(?: ?(?:number|no\.?|name|details))?", re.I)
# A year is no account: a number has six figures, or is masked.
_NUMBER = re.compile(r"\b[A-Z]{2}\d{2}[A-Z\d ]{8,30}\d\b|[*•xX]{2,}[*•xX -]*\d{2,}|\d[\d -]{4,}\d", re.I)


def named_above(table: CsvTable) -> str:
    """The digits of the account that is named above the headings; empty where none is."""
    for row in table.above:
        for cell, after in zip(row, [*row[1:], ""], strict=True):
            label = _LABEL.search(cell)
            if label is None:
                continue
            found = _NUMBER.search(cell, label.end()) or _NUMBER.search(after)
            if found is not None:
                return digits(found[0])
    return ""


def digits(cell: str) -> str:
    """The digits of an account's number."""
    return "".join(each for each in cell if each.isascii() and each.isdigit())


def key_of(cell: str) -> str:
    """What tells an account that a row names: its number, or where that is a name, the name."""
    number = digits(cell)
    return number if len(number) >= 4 else " ".join(cell.split()).casefold()


def ours(named: Collection[str], last_digits: str) -> set[str]:
    """Those of the accounts that a file names which end in these digits; an empty name is no name.

    Raises `NotReadable` when it is about others alone, or about several of which nobody can say which is ours.
    """
    numbers = sorted(each for each in named if each.isdigit())
    names = sorted(each for each in named if each and not each.isdigit())
    if len(names) > 1:
        # Beside the account itself, some exports hold its savings and pockets.
        if "current" not in names:
            raise NotReadable("several-accounts", ", ".join(names))
        return {"current"}
    if not numbers:
        return set(names)
    if not last_digits:
        if len(numbers) > 1:
            raise NotReadable("several-accounts", ", ".join(each[-4:] for each in numbers))
        return set(numbers)
    found = {each for each in numbers if each.endswith(last_digits)}
    if len(found) > 1:
        raise NotReadable("several-accounts", ", ".join(each[-4:] for each in numbers))
    if not found:
        raise NotReadable(
            "several-accounts" if len(numbers) > 1 else "other-account", ", ".join(each[-4:] for each in numbers)
        )
    return found
