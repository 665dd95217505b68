"""The payments in a CAMT.053 statement (ISO 20022), of any version and with any prefix.

The library refuses document types, so that no entity is ever expanded; what the elements mean is read here
(docs/decisions/0001-dependencies.md says why). One `Ntry` is one line, however many payments the bank put in it:
that is what its balances count.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.banking import written
from app.banking.as_read import NotReadable, Read, ReadLine
from app.banking.mapping import YEAR_FIRST
from app.money import Money, NotAnAmount

_NONE = ("", "NOTPROVIDED", "NONREF")


def read(body: bytes, currency: str, last_digits: str) -> Read:
    """Read the statement of the account that ends in `last_digits`. Raises `NotReadable`."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotReadable("broken") from error
    statements = list(_all(root, "Stmt"))
    if not statements:
        raise NotReadable("not-a-statement" if any(True for _ in _all(root, "Ntry")) else "no-payments")
    ours = [each for each in statements if _digits(each).endswith(last_digits)] if last_digits else statements
    if not ours:
        raise NotReadable("other-account", _digits(statements[0]))
    if len({_digits(each) for each in ours}) > 1:
        raise NotReadable("several-accounts")
    lines: list[ReadLine] = []
    left_out: list[str] = []
    for entry in (each for statement in ours for each in _all(statement, "Ntry")):
        # Only what is booked is on the account; the bank lists what is merely announced as well.
        if _said(entry, "Sts", "Cd") in ("PDNG", "INFO", "FUTR") or _said(entry, "Sts") in ("PDNG", "INFO", "FUTR"):
            left_out.append(written.words(_said(entry, "AddtlNtryInf"), _said(entry, "Amt")))
            continue
        amount = _amount(entry, currency)
        if amount.minor:
            lines.append(_line(entry, len(lines) + 1, amount))
    if not lines:
        raise NotReadable("no-payments")
    balances = [(_said(each, "Tp", "CdOrPrtry", "Cd"), each) for stmt in ours for each in _children(stmt, "Bal")]
    opening = next((_amount(each, currency) for kind, each in balances if kind in ("OPBD", "PRCD")), None)
    closing, on = _closing((each for kind, each in balances if kind == "CLBD"), currency)
    return Read("camt.053", lines, opening, closing, on, _digits(ours[0])[-4:], left_out)


def _line(entry: Element, row: int, amount: Money) -> ReadLine:
    booked = next(iter(_children(entry, "BookgDt")), None)
    dated = "" if booked is None else _said(booked, "Dt") or _said(booked, "DtTm")
    day = written.day(dated[:10], YEAR_FIRST)
    if day is None:
        raise NotReadable("day", f"{row}: {dated}")
    other = "Dbtr" if amount.minor > 0 else "Cdtr"
    names = [_said(each, "Nm") or _said(each, "Pty", "Nm") for each in _all(entry, other)]
    told = [_text(each) for tag in ("Ustrd", "Ref", "EndToEndId") for each in _all(entry, tag)]
    told = [each for each in dict.fromkeys(told) if each.upper() not in _NONE]
    bank_id = _said(entry, "AcctSvcrRef")
    return ReadLine(
        row=row,
        day=day,
        amount=amount,
        details=written.words(*told, _said(entry, "AddtlNtryInf")),
        payer=written.words(*dict.fromkeys(filter(None, names)))[:200],
        bank_id=None if bank_id.upper() in _NONE else bank_id[:120],
    )


def _closing(balances: Iterable[Element], currency: str) -> tuple[Money | None, date | None]:
    """The last closing balance of a file that may hold one for each day."""
    dated = [(written.day((_said(each, "Dt", "Dt") or _said(each, "Dt", "DtTm"))[:10], YEAR_FIRST), each)
             for each in balances]  # fmt: skip
    newest = max(((on, number) for number, (on, _) in enumerate(dated) if on), default=None)
    return (None, None) if newest is None else (_amount(dated[newest[1]][1], currency), newest[0])


def _amount(parent: Element, currency: str) -> Money:
    """An entry's or a balance's own amount, with the sign that its indicator gives it."""
    found = next(iter(_children(parent, "Amt")), None)
    said = "" if found is None else _text(found)
    if found is not None and found.get("Ccy", "").lower() != currency:
        raise NotReadable("other-currency", found.get("Ccy", ""))
    try:
        amount = written.money(said, currency)
    except NotAnAmount as error:
        raise NotReadable("amount", said) from error
    if amount is None:
        raise NotReadable("amount", said)
    return -amount if _said(parent, "CdtDbtInd") == "DBIT" else amount


def _digits(statement: Element) -> str:
    for account in _children(statement, "Acct"):
        number = _said(account, "Id", "IBAN") or _said(account, "Id", "Othr", "Id")
        return "".join(each for each in number if each.isdigit())
    return ""


def _name(element: Element) -> str:
    """An element's name without its namespace, which differs with the version of the standard."""
    return element.tag.rpartition("}")[2]


def _children(parent: Element, name: str) -> Iterator[Element]:
    return (each for each in parent if _name(each) == name)


def _all(parent: Element, name: str) -> Iterator[Element]:
    return (each for each in parent.iter() if _name(each) == name)


def _said(parent: Element, *path: str) -> str:
    """What the first element at the end of a path of children says; empty where there is none."""
    for name in path:
        found = next(iter(_children(parent, name)), None)
        if found is None:
            return ""
        parent = found
    return _text(parent)


def _text(element: Element) -> str:
    return (element.text or "").strip()
