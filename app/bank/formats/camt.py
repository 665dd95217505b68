"""The payments in a CAMT.053 statement (ISO 20022). One `Ntry` is one line, however many payments the bank put in it:
that is what its balances count. A batch knows its parts, where the bank says what each of them came to.

Who paid, and what is said of a payment, in a CAMT.053 entry or one of the payments in it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from xml.etree.ElementTree import Element

from app.bank.formats import camt_xml, values
from app.bank.formats.contents import (
    CURRENCY,
    NOTHING,
    PENDING,
    SUM,
    TWICE,
    FileNote,
    LeftOut,
    NotReadable,
    ReadFile,
    ReadLine,
    ReadPart,
)
from app.bank.formats.mapping import YEAR_FIRST
from app.money import Money, NotAnAmount

_NOTHING = ("", "NOTPROVIDED", "NONREF", "NOT PROVIDED", "NOREF")
# What people wrote, then what numbers the payment.
_WORDS = ("Ustrd", "AddtlRmtInf", "Ref", "AddtlTxInf", "EndToEndId", "MndtId", "TxId", "InstrId", "ChqNb", "PmtInfId")


def names(part: Element, amount: Money, owner: str) -> list[str]:
    """The names of the other side: who paid what came in, who got what went out, each on whose account last.

    A payment that comes back keeps the sides that it had when it was sent, so there the giver is the debtor still.
    The account's own name is nobody's.
    """
    returned = camt_xml.said(part, "RvslInd") == "true" or any(
        camt_xml.at(each, "RtrInf") is not None for each in (part, *camt_xml.anywhere(part, "TxDtls"))
    )
    came_in = (amount.minor > 0) != returned
    sides = ("UltmtDbtr", "Dbtr"), ("UltmtCdtr", "Cdtr")
    for side in sides if came_in else sides[::-1]:
        found = [each for name in side for each in _names(part, name) if each.casefold() != owner.casefold()]
        if found:
            return list(dict.fromkeys(found))
        if not returned:
            break
    return []


def _names(part: Element, side: str) -> Iterable[str]:
    for party in camt_xml.anywhere(part, side):
        name = camt_xml.said(party, "Nm") or camt_xml.said(party, "Pty", "Nm")
        if name:
            yield name


def words_of(part: Element) -> list[str]:
    """Everything that is said of a payment: its purpose, its references, the other side's account."""
    words = [camt_xml.text(each) for tag in _WORDS for each in camt_xml.anywhere(part, tag)]
    for side in ("DbtrAcct", "CdtrAcct"):
        for account in camt_xml.anywhere(part, side):
            words.append(camt_xml.said(account, "Id", "IBAN") or camt_xml.said(account, "Id", "Othr", "Id"))
    for returned in camt_xml.anywhere(part, "RtrInf"):
        words += [
            camt_xml.said(returned, "Rsn", "Cd"),
            *(camt_xml.text(e) for e in camt_xml.children(returned, "AddtlInf")),
        ]
    words = [values.words(each) for each in words]
    return [each for each in dict.fromkeys(words) if each.upper() not in _NOTHING]


def own_id(entry: Element) -> str:
    """The bank's own number for an entry, or for the one payment in it; empty where it gives none."""
    payments = list(camt_xml.anywhere(entry, "TxDtls"))
    inside = [camt_xml.said(each, "Refs", "AcctSvcrRef") for each in payments] if len(payments) == 1 else []
    for said in (camt_xml.said(entry, "AcctSvcrRef"), *inside):
        if said.upper() not in _NOTHING:
            return values.words(said)
    return ""


_NOT_BOOKED = ("PDNG", "INFO", "FUTR")


def read(body: bytes, currency: str, last_digits: str) -> ReadFile:
    """Read the statement of the account that ends in `last_digits`. Raises `NotReadable`."""
    root = camt_xml.root_of(body)
    statements = list(camt_xml.anywhere(root, "Stmt"))
    if not statements:
        raise NotReadable("not-a-statement" if any(True for _ in camt_xml.anywhere(root, "Ntry")) else "no-payments")
    ours = [each for each in statements if _digits(each).endswith(last_digits)] if last_digits else statements
    if not ours:
        raise NotReadable("other-account", _digits(statements[0]))
    if len({_digits(each) for each in ours}) > 1:
        raise NotReadable("several-accounts", ", ".join(sorted({_digits(each)[-4:] for each in ours})))
    lines: list[ReadLine] = []
    left_out: list[LeftOut] = []
    notes: list[FileNote] = []
    number = 0
    seen: set[str] = set()
    for statement in ours:
        whole = camt_xml.written_out(statement)
        if whole in seen:
            left_out.append(LeftOut(camt_xml.said(statement, "Id"), TWICE))
            continue
        seen.add(whole)
        before = len(lines)
        for entry in camt_xml.anywhere(statement, "Ntry"):
            number += 1
            why, word = _why_not(entry, currency)
            amount = None if why else _amount(entry, currency)
            if amount is None or not amount.minor:
                said = values.words(camt_xml.said(entry, "AddtlNtryInf"), camt_xml.said(entry, "Amt"))
                left_out.append(LeftOut(said, why or NOTHING, word))
                continue
            lines.append(_line(entry, number, amount, camt_xml.said(statement, "Acct", "Ownr", "Nm")))
        notes += _sum_note(statement, lines[before:], currency)
    if not lines:
        foreign = left_out and all(each.reason == CURRENCY for each in left_out)
        raise NotReadable("other-currency" if foreign else "no-payments")
    opening = _stated(ours, ("OPBD", "PRCD"), currency, first=True)[0]
    closing, on = _stated(ours, ("CLBD",), currency)
    return ReadFile("camt.053", lines, opening, closing, on, _digits(ours[0])[-4:], left_out, notes)


def _why_not(entry: Element, currency: str) -> tuple[str, str]:
    """Why an entry is no booked payment in the account's currency, and the word that says so. The bank lists what is
    merely announced as well."""
    state = camt_xml.said(entry, "Sts", "Cd") or camt_xml.said(entry, "Sts", "Prtry") or camt_xml.said(entry, "Sts")
    if state and state.upper() != "BOOK":
        return PENDING, state
    amount = camt_xml.at(entry, "Amt")
    code = "" if amount is None else amount.get("Ccy", "")
    return (CURRENCY, code) if code and code.casefold() != currency else ("", "")


def _line(entry: Element, row: int, amount: Money, owner: str) -> ReadLine:
    day = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if day is None:
        raise NotReadable("day", f"{row}: {camt_xml.said(entry, 'BookgDt', 'Dt') or camt_xml.said(entry, 'BookgDt')}")
    parts = _parts(entry, amount, owner)
    payers = names(entry, amount, owner)
    bank_id = own_id(entry)
    return ReadLine(
        row=row,
        day=day,
        amount=amount,
        details=values.words(*words_of(entry), camt_xml.said(entry, "AddtlNtryInf")),
        payer=values.words(*payers)[:200],
        bank_id=bank_id[:120] or None,
        parts=parts,
    )


def _parts(entry: Element, amount: Money, owner: str) -> tuple[ReadPart, ...]:
    """The payments of a batch, where there are several and they come to its amount; else none."""
    found = []
    for each in camt_xml.anywhere(entry, "TxDtls"):
        place = next(
            (
                at
                for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
                if (at := camt_xml.at(each, *path)) is not None
            ),
            None,
        )
        if place is None or place.get("Ccy", "").casefold() not in ("", amount.currency):
            return ()
        size = _money(camt_xml.text(place), amount.currency)
        way = camt_xml.said(each, "CdtDbtInd") or camt_xml.said(entry, "CdtDbtInd")
        part = -size if way == "DBIT" else size
        name = values.words(*names(each, part, owner))[:200]
        found.append(ReadPart(part, name, values.words(*words_of(each))))
    whole = sum((each.amount for each in found), Money(0, amount.currency))
    return tuple(found) if len(found) > 1 and whole == amount and all(each.amount.minor for each in found) else ()


def _sum_note(statement: Element, lines: Sequence[ReadLine], currency: str) -> list[FileNote]:
    """That a statement's payments are not the difference between its balances, where it states both."""
    opening = _stated([statement], ("OPBD", "PRCD"), currency, first=True)[0]
    closing = _stated([statement], ("CLBD",), currency)[0]
    if opening is None or closing is None:
        return []
    moved = sum((line.amount for line in lines), Money(0, currency))
    missing = closing - opening - moved
    return [FileNote(SUM, amount=missing)] if missing.minor else []


def _stated(
    statements: Sequence[Element], kinds: tuple[str, ...], currency: str, *, first: bool = False
) -> tuple[Money | None, date | None]:
    """The first or the last balance of these kinds in a file that may hold one for each day."""
    found = []
    for number, each in enumerate(at for statement in statements for at in camt_xml.children(statement, "Bal")):
        kind = camt_xml.said(each, "Tp", "CdOrPrtry", "Cd")
        on = values.day((camt_xml.said(each, "Dt", "Dt") or camt_xml.said(each, "Dt", "DtTm"))[:10], YEAR_FIRST)
        if kind in kinds and on is not None:
            found.append((on, number, each))
    if not found:
        return None, None
    on, _, balance = min(found, key=lambda at: at[:2]) if first else max(found, key=lambda at: at[:2])
    amount = camt_xml.at(balance, "Amt")
    if amount is not None and amount.get("Ccy", currency).casefold() != currency:
        raise NotReadable("other-currency", amount.get("Ccy", ""))
    return _amount(balance, currency), on


def _amount(parent: Element, currency: str) -> Money:
    """An entry's or a balance's own amount, with the sign that its indicator gives it. One without an indicator may be
    either, so the file is refused."""
    size = camt_xml.said(parent, "Amt")
    way = camt_xml.said(parent, "CdtDbtInd")
    if way not in ("CRDT", "DBIT"):
        raise NotReadable("amount", f"{size} {way}".strip())
    amount = _money(size, currency)
    return -amount if way == "DBIT" else amount


def _money(size: str, currency: str) -> Money:
    try:
        amount = values.money(size, currency, exact=True)
    except NotAnAmount as error:
        raise NotReadable("amount", size) from error
    if amount is None or amount.minor < 0:
        raise NotReadable("amount", size)
    return amount


def _day(entry: Element, name: str) -> date | None:
    dated = camt_xml.said(entry, name, "Dt") or camt_xml.said(entry, name, "DtTm")
    return values.day(dated[:10], YEAR_FIRST)


def _digits(statement: Element) -> str:
    number = camt_xml.said(statement, "Acct", "Id", "IBAN") or camt_xml.said(statement, "Acct", "Id", "Othr", "Id")
    return "".join(each for each in number if each.isascii() and each.isdigit())
