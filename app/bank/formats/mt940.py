"""The payments in an MT940 statement, as SWIFT defines it and banks write it: tagged fields, a payment in `:61:` and
what is said of it in the `:86:` that follows (docs/decisions/0001-dependencies.md says why this is read here)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.bank.formats import csv_account, values
from app.bank.formats.contents import NOTHING, PENDING, SUM, TWICE, FileNote, LeftOut, NotReadable, ReadFile, ReadLine
from app.bank.formats.csv_table import text_of
from app.bank.formats.mapping import YEAR_FIRST
from app.money import Money, NotAnAmount

_TAG = re.compile(r":(\d\d[A-Z]?):(.*)")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)")
# Value day, booking day, way, a letter of the currency, amount, kind, the account owner's reference, the bank's.
_PAYMENT = re.compile(
    r"(?P<value>\d{6})(?P<booked>\d{4})?(?P<way>R?[DC]|E[DC])(?P<funds>[A-Z])?(?P<amount>\d[\d,]*)"
    r"(?P<kind>[A-Z][A-Z0-9]{3})?(?P<own>.*?)(?://(?P<bank>.*))?"
)
_NOTHING = ("", "NONREF", "NOREF", "EREF", "NOTPROVIDED")


@dataclass(slots=True)
class _Statement:
    """One statement, or one page of it: its account, its balances, and its payments with what is said of them."""

    account: str = ""
    opening: str = ""
    closing: str = ""
    payments: list[list[str]] = field(default_factory=list)


def read(body: bytes, currency: str, last_digits: str) -> ReadFile:
    """Read the statement of the account that ends in `last_digits`. Raises `NotReadable`."""
    statements = _statements(text_of(body))
    if not statements:
        raise NotReadable("no-payments")
    # Without the balance that ends it, a statement was cut off.
    if any(not each.closing for each in statements):
        raise NotReadable("broken")
    numbers = {csv_account.digits(each.account) for each in statements}
    ours = csv_account.ours(numbers, last_digits)
    lines: list[ReadLine] = []
    left_out: list[LeftOut] = []
    notes: list[FileNote] = []
    balances: list[tuple[date, Money, date, Money]] = []
    number = 0
    for at, statement in enumerate(statements):
        if statement in statements[:at]:
            left_out.append(LeftOut(values.words(statement.account, statement.closing), TWICE))
            continue
        if ours and csv_account.digits(statement.account) not in ours:
            continue
        (since, opening), (until, closing) = (
            _balance(statement.opening, currency),
            _balance(statement.closing, currency),
        )
        moved = Money(0, currency)
        for payment, *said in statement.payments:
            number += 1
            match = _PAYMENT.fullmatch(payment.split("\n")[0].strip())
            if match is None:
                raise NotReadable("broken")
            amount = _amount(match["amount"], currency)
            reason = PENDING if match["way"].startswith("E") else "" if amount.minor else NOTHING
            if reason:
                left_out.append(LeftOut(f"{number}: {values.words(payment, *said)}", reason, match["way"]))
                continue
            # A credit that is reversed goes out, and a debit that is reversed comes in.
            if match["way"] in ("D", "RC"):
                amount = -amount
            moved += amount
            lines.append(_line(match, number, amount, payment.partition("\n")[2], said))
        balances.append((since, opening, until, closing))
        missing = closing - opening - moved
        if missing.minor:
            notes.append(FileNote(SUM, amount=missing))
    if not lines:
        raise NotReadable("no-payments")
    first = min(balances, key=lambda each: each[0])
    last = balances[max(range(len(balances)), key=lambda at: (balances[at][2], at))]
    return ReadFile("mt940", lines, first[1], last[3], last[2], min(ours, default="")[-4:], left_out, notes)


def _statements(text: str) -> list[_Statement]:
    found: list[_Statement] = []
    tag = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        match = _TAG.match(line.removeprefix("{4:").strip())
        if match is None:
            if line.strip() in ("-", "-}", "") or line.startswith("{"):
                tag = ""
            elif tag in ("61", "86") and found and found[-1].payments:
                found[-1].payments[-1][-1] += "\n" + line
            continue
        tag, said = match[1], match[2].strip()
        if tag == "20" or not found:
            found.append(_Statement())
        now = found[-1]
        if tag == "25":
            now.account = re.sub(r"\s*[A-Z]{3}$", "", said)
        elif tag in ("60F", "60M"):
            now.opening = now.opening or said
        elif tag in ("62F", "62M"):
            now.closing = said
            # What is said behind it is of the whole statement, and of no payment.
            tag = ""
        elif tag == "61":
            now.payments.append([said])
        elif tag == "86" and now.payments and not now.closing:
            now.payments[-1].append(said)
    return [each for each in found if each.opening or each.payments]


def _balance(said: str, currency: str) -> tuple[date, Money]:
    match = _BALANCE.fullmatch(said.split("\n")[0].strip())
    day = values.day(f"20{match[2]}", YEAR_FIRST) if match else None
    if match is None or day is None:
        raise NotReadable("broken")
    if match[3].casefold() != currency:
        raise NotReadable("other-currency", match[3])
    amount = _amount(match[4], currency)
    return day, amount if match[1] == "C" else -amount


def _amount(said: str, currency: str) -> Money:
    try:
        return values.money(said.rstrip(","), currency, ",", exact=True) or Money(0, currency)
    except NotAnAmount as error:
        raise NotReadable("amount", said) from error


def _line(match: re.Match[str], row: int, amount: Money, more: str, said: Sequence[str]) -> ReadLine:
    day = _day(match["value"], match["booked"])
    if day is None:
        raise NotReadable("day", f"{row}: {match['value']}{match['booked'] or ''}")
    payer, details = _said("\n".join(said))
    own, bank = (values.words(match[each]) for each in ("own", "bank"))
    references = [each for each in (own, values.words(more)) if each.upper() not in _NOTHING]
    return ReadLine(
        row=row,
        day=day,
        amount=amount,
        details=values.words(details, *references),
        payer=payer[:200],
        bank_id=bank[:120] if bank.upper() not in _NOTHING else None,
    )


def _day(value: str, booked: str | None) -> date | None:
    """The day of booking, which has no year: that which brings it nearest to the value day. A value day alone stands
    for it."""
    valued = values.day(f"20{value}", YEAR_FIRST)
    if valued is None or not booked:
        return valued
    years = (valued.year - 1, valued.year, valued.year + 1)
    near = [day for year in years if (day := values.day(f"{year:04}{booked}", YEAR_FIRST)) is not None]
    return min(near, key=lambda day: abs(day - valued), default=None)


def _said(text: str) -> tuple[str, str]:
    """Who is on the other side, and all that is said: of German banks' numbered parts, of codes between strokes, or of
    plain words."""
    if re.match(r"\d{3}\?", text):
        parts = re.findall(r"\?(\d\d)([^?]*)", text.replace("\n", ""))
        name = "".join(said for code, said in parts if code in ("32", "33"))
        details = " ".join(said for code, said in parts if code == "00" or "20" <= code <= "29" or "60" <= code <= "63")
        account = next((said for code, said in parts if code == "31"), "")
        return values.words(name), values.words(details, account)
    other = re.search(r"/CNTP/[^/]*/[^/]*/([^/]*)/", text.replace("\n", ""))
    if other:
        # The other side's account, bank, name and place; then what the giver wrote.
        wrote = re.search(r"/REMI/(?:USTD|STRD)//(.*?)/(?:[A-Z]{4}/|$)", text.replace("\n", ""))
        return values.words(other[1]), values.words(wrote[1] if wrote else "")
    named = re.search(r"/NAME/([^/]+)", text.replace("\n", ""))
    plain = re.sub(
        r"/(?:TRTP|NAME|REMI|EREF|IBAN|BIC|BENM|ORDP|CSID|MARF|ID)/+", " ", text.replace("\n", "" if named else " ")
    )
    return values.words(named[1]) if named else "", values.words(plain)
