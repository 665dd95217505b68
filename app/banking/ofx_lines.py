"""The payments in an OFX file, version 1 or 2. The library reads its markup; days stay those that the bank wrote,
because an instant would move some of them to another day."""

import io
import logging
from xml.etree.ElementTree import Element

from ofxtools.header import OFXHeaderError
from ofxtools.Parser import OFXTree, ParseError

from app.banking import written
from app.banking.as_read import NotReadable, Read, ReadLine
from app.banking.mapping import YEAR_FIRST
from app.money import Money, NotAnAmount

# It would log the whole file, which is full of names.
logging.getLogger("ofxtools").setLevel(logging.CRITICAL)


def read(body: bytes, currency: str, last_digits: str) -> Read:
    """Read the statement of the account that ends in `last_digits`. Raises `NotReadable`."""
    tree = OFXTree()
    try:
        tree.parse(io.BytesIO(body))
    except (ParseError, OFXHeaderError, ValueError, AssertionError, IndexError, AttributeError) as error:
        raise NotReadable("broken") from error
    statements = [each for tag in ("STMTRS", "CCSTMTRS") for each in tree.iter(tag)]
    if not statements:
        raise NotReadable("no-payments")
    ours = [each for each in statements if _digits(each).endswith(last_digits)] if last_digits else statements
    if not ours:
        raise NotReadable("other-account", _digits(statements[0]))
    if len({_digits(each) for each in ours}) > 1:
        raise NotReadable("several-accounts")
    if any(_text(each, "CURDEF").lower() not in ("", currency) for each in ours):
        raise NotReadable("other-currency")
    lines: list[ReadLine] = []
    left_out: list[str] = []
    for statement in ours:
        for each in statement.iter("STMTTRN"):
            amount = _amount(each, "TRNAMT", currency)
            if amount.minor:
                lines.append(_line(each, len(lines) + 1, amount))
            else:
                left_out.append(written.words(_text(each, "NAME"), _text(each, "MEMO")))
    if not lines:
        raise NotReadable("no-payments")
    closing = ours[-1].find("LEDGERBAL")
    on = written.day(_text(closing, "DTASOF")[:8], YEAR_FIRST) if closing is not None else None
    stated = _amount(closing, "BALAMT", currency) if closing is not None and on else None
    return Read("ofx", lines, None, stated, on, _digits(ours[0])[-4:], left_out)


def _line(each: Element, row: int, amount: Money) -> ReadLine:
    day = written.day(_text(each, "DTPOSTED")[:8], YEAR_FIRST)
    if day is None:
        raise NotReadable("day", f"{row}: {_text(each, 'DTPOSTED')}")
    check = _text(each, "CHECKNUM")
    return ReadLine(
        row=row,
        day=day,
        amount=amount,
        details=written.words(_text(each, "MEMO"), check, _text(each, "REFNUM")),
        payer=written.words(_text(each, "NAME"))[:200],
        bank_id=_text(each, "FITID")[:120] or None,
    )


def _text(parent: Element | None, tag: str) -> str:
    """What a field says; OFX escapes the three characters of markup and nothing else."""
    found = parent.find(f".//{tag}") if parent is not None else None
    said = (found.text or "") if found is not None else ""
    for escaped, meant in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        said = said.replace(escaped, meant)
    return said.strip()


def _amount(parent: Element, tag: str, currency: str) -> Money:
    said = _text(parent, tag)
    try:
        decimal = "," if "," in said and "." not in said else "."
        return written.money(said, currency, decimal) or Money(0, currency)
    except NotAnAmount as error:
        raise NotReadable("amount", said) from error


def _digits(statement: Element) -> str:
    """The digits of the account's number; of a masked one, those that are left."""
    return "".join(each for each in _text(statement, "ACCTID") if each.isdigit())
