"""The payments in an OFX file, version 1 or 2. Days stay those that the bank wrote, because an instant would move some
of them to another day; a day in another form than the standard's is refused, not guessed."""

import re
from collections.abc import Sequence
from datetime import date

from app.bank.formats import ofx_markup, values
from app.bank.formats.contents import (
    CORRECTION,
    CURRENCY,
    KINDS,
    NOTHING,
    PENDING,
    TWICE,
    FileNote,
    LeftOut,
    NotReadable,
    ReadFile,
    ReadLine,
)
from app.bank.formats.mapping import YEAR_FIRST
from app.bank.formats.ofx_markup import Node
from app.money import Money, NotAnAmount

_DAY = re.compile(r"(\d{8})(?:\d{4}(?:\d{2}(?:\.\d*)?)?)?\s*(?:\[[^\]]*\]?)?", re.ASCII)
_OUT = frozenset(("DEBIT", "FEE", "SRVCHG", "POS", "DIRECTDEBIT", "CHECK"))
_IN = frozenset(("CREDIT", "DIRECTDEP", "DEP", "DIV"))
_LISTED = ("STMTTRN", "STMTTRNP")


def read(body: bytes, currency: str, last_digits: str) -> ReadFile:
    """Read the statement of the account that ends in `last_digits`. Raises `NotReadable`."""
    tree = ofx_markup.read(body)
    statements = [each for tag in ("STMTRS", "CCSTMTRS") for each in tree.all(tag)]
    if not statements:
        raise NotReadable("no-payments" if tree.inside else "broken")
    ours = [each for each in statements if _digits(each).endswith(last_digits)] if last_digits else statements
    if not ours:
        raise NotReadable("other-account", _digits(statements[0]))
    if len({_digits(each) for each in ours}) > 1:
        raise NotReadable("several-accounts", ", ".join(sorted({_digits(each)[-4:] for each in ours})))
    if any(each.said("CURDEF").casefold() not in ("", currency) for each in ours):
        raise NotReadable("other-currency")
    lines: list[ReadLine] = []
    twice = [each for at, each in enumerate(ours) if each in ours[:at]]
    left_out = [LeftOut(each.said("BANKTRANLIST", "DTSTART"), TWICE) for each in twice]
    ours = [each for at, each in enumerate(ours) if each not in ours[:at]]
    contradictions = 0
    for number, each in enumerate((row for statement in ours for tag in _LISTED for row in statement.all(tag)), 1):
        why, word = _why_not(each, currency)
        amount = None if why else _amount(each, "TRNAMT", currency)
        if amount is None or not amount.minor:
            said = values.words(each.said("NAME"), each.said("MEMO"), each.said("TRNAMT"))
            left_out.append(LeftOut(f"{number}: {said}", why or NOTHING, word))
            continue
        lines.append(_line(each, number, amount))
        kind = each.said("TRNTYPE").upper()
        contradictions += (kind in _OUT and amount.minor > 0) or (kind in _IN and amount.minor < 0)
    if not lines:
        foreign = left_out and all(each.reason == CURRENCY for each in left_out)
        raise NotReadable("other-currency" if foreign else "no-payments")
    stated, on = _closing(ours, currency)
    notes = [FileNote(KINDS, contradictions)] if contradictions else []
    return ReadFile("ofx", lines, None, stated, on, _digits(ours[0])[-4:], left_out, notes)


def _why_not(each: Node, currency: str) -> tuple[str, str]:
    """Why an entry is no booked payment of its own in the account's currency, and the word that says so."""
    if each.name == "STMTTRNP" or each.said("TRNTYPE").upper() == "HOLD":
        return PENDING, each.said("TRNTYPE")
    if each.said("CORRECTACTION"):
        return CORRECTION, each.said("CORRECTACTION")
    # The amount is in this currency; one that was only converted from another stands under ORIGCURRENCY.
    foreign = each.said("CURRENCY", "CURSYM")
    if foreign and foreign.casefold() != currency:
        return CURRENCY, foreign
    # Two of what there is one of: two entries run into one another, and nobody can say which amount is whose.
    names = [field.name for field in each.inside]
    if any(names.count(name) > 1 for name in ("TRNAMT", "DTPOSTED", "FITID")):
        raise NotReadable("broken")
    return "", ""


def _line(each: Node, row: int, amount: Money) -> ReadLine:
    day = _day(each.said("DTPOSTED"))
    if day is None:
        raise NotReadable("day", f"{row}: {each.said('DTPOSTED')}")
    name = each.said("NAME") or each.said("PAYEE", "NAME")
    details = (each.said("MEMO"), each.said("CHECKNUM"), each.said("REFNUM"))
    return ReadLine(
        row=row,
        day=day,
        amount=amount,
        details=values.words(*details),
        payer=values.words(name)[:200],
        bank_id=values.words(each.said("FITID"))[:120] or None,
    )


def _day(said: str) -> date | None:
    match = _DAY.fullmatch(said)
    return values.day(match[1], YEAR_FIRST) if match else None


def _closing(statements: Sequence[Node], currency: str) -> tuple[Money | None, date | None]:
    """The latest balance that a file states; an empty one states nothing."""
    found: tuple[Money | None, date | None] = (None, None)
    for statement in statements:
        balance = statement.first("LEDGERBAL")
        on = _day(balance.said("DTASOF")) if balance is not None else None
        if balance is None or on is None or (found[1] is not None and on < found[1]):
            continue
        stated = _amount(balance, "BALAMT", currency)
        if stated is not None:
            found = stated, on
    return found


def _amount(parent: Node, tag: str, currency: str) -> Money | None:
    said = parent.said(tag)
    try:
        # Whichever mark stands last is the one before the pence.
        decimal = "," if said.rfind(",") > said.rfind(".") else "."
        return values.money(said, currency, decimal, exact=True)
    except NotAnAmount as error:
        raise NotReadable("amount", said) from error


def _digits(statement: Node) -> str:
    """The digits of the account's number; of a masked one, those that are left."""
    number = statement.said("BANKACCTFROM", "ACCTID") or statement.said("CCACCTFROM", "ACCTID")
    return "".join(each for each in number if each.isascii() and each.isdigit())
