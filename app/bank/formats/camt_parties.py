"""Who paid, and what is said of a payment, in a CAMT.053 entry or one of the payments in it."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from app.bank.formats import camt_xml, values
from app.money import Money

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
