"""The payments in a QIF file: records of lettered lines, each ended by a caret. It has no numbers of the bank's, no
balances and no word on how its days are written, so a day is read in the one order that fits all of them."""

import re

from app.bank.formats import csv_account, csv_columns, day_order, values
from app.bank.formats.contents import NO_DAY, NOTHING, LeftOut, NotReadable, ReadFile, ReadLine
from app.bank.formats.csv_table import text_of
from app.money import Money, NotAnAmount

# The lists that hold payments of an account at a bank; the others hold shares, categories or what was memorised.
_PAYMENTS = ("bank", "cash", "ccard", "oth a", "oth l")


def read(body: bytes, currency: str, last_digits: str) -> ReadFile:
    """Read the payments of the account that ends in `last_digits`. Raises `NotReadable`."""
    records = _records(text_of(body))
    named = list(dict.fromkeys(account for account, _, _ in records if account))
    if len(named) > 1:
        raise NotReadable("several-accounts", ", ".join(named))
    numbers = [csv_account.digits(each) for each in named]
    ours = csv_account.ours([each for each in numbers if len(each) >= 6], last_digits)
    days = [_plain_day(fields.get("D", "")) for _, _, fields in records]
    order = day_order.of([each for each in days if each])
    sizes = [fields.get("T") or fields.get("U", "") for _, _, fields in records]
    with_comma = any(re.search(r",\d\d?$", each) for each in sizes)
    decimal = "," if with_comma and not any(re.search(r"\.\d\d?$", each) for each in sizes) else "."
    lines: list[ReadLine] = []
    left_out: list[LeftOut] = []
    for (_, row, fields), said, size in zip(records, days, sizes, strict=True):
        payer, details = values.words(fields.get("P")), values.words(fields.get("M"), fields.get("N"))
        try:
            amount = values.money(size, currency, decimal) or Money(0, currency)
        except NotAnAmount as error:
            raise NotReadable("amount", f"{row}: {size}") from error
        if not amount.minor or not said or csv_columns.is_sum(payer):
            reason = NOTHING if said else NO_DAY
            left_out.append(LeftOut(f"{row}: {values.words(said, payer, details, size)}", reason))
            continue
        day = values.day(said, order) if order else None
        if day is None:
            raise NotReadable("day", f"{row}: {said}")
        lines.append(ReadLine(row=row, day=day, amount=amount, details=details, payer=payer[:200]))
    if not lines:
        raise NotReadable("no-payments")
    return ReadFile("qif", lines, last_digits=min(ours, default="")[-4:], left_out=left_out)


def _records(text: str) -> list[tuple[str, int, dict[str, str]]]:
    """Each payment: the account that was named before it, its number in the file, and its lines by their letters."""
    found: list[tuple[str, int, dict[str, str]]] = []
    fields: dict[str, str] = {}
    account, kind = "", ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.strip(" \t\ufeff\x00")
        if line.startswith("!"):
            heading = line[1:].casefold()
            kind = heading.removeprefix("type:").strip() if heading.startswith("type:") else heading
        elif line.startswith("^"):
            if kind == "account":
                account = fields.get("N", "")
            elif kind in _PAYMENTS and fields:
                found.append((account, len(found) + 1, fields))
            fields = {}
        elif line:
            # Of a payment in parts, the lines of the parts come after those of the whole.
            fields.setdefault(line[0].upper(), line[1:].strip())
    if fields and kind in _PAYMENTS:
        raise NotReadable("broken")
    return found


def _plain_day(said: str) -> str:
    """A day without the apostrophe that stands before a year, and without the spaces that fill up figures."""
    return re.sub(r"\s*([/'.-])\s*", r"\1", said).replace("'", "/").strip()
