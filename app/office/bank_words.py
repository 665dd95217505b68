"""What is said about banks' files and lines: what is wrong with a file, what a line may be, and why."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.banking import item
from app.banking import match as matches
from app.banking.as_read import NotReadable
from app.banking.item import Item, Reason
from app.money import written

_OTHERWISE = _l("Get the statement from your bank’s pages as CSV, OFX or CAMT.053 and choose that file.")

_FILES = {
    "empty": _l("This file is empty."),
    "too-large": _l(
        "This file is larger than 3 MB. Ask your bank for a shorter period, and import one after the other."
    ),
    "pdf": _l("This is a PDF: it is made for reading, and its figures cannot be taken from it safely."),
    "spreadsheet": _l("This is a spreadsheet. If it came from the bank, ask there for CSV, or save it as CSV."),
    "picture": _l("This is a picture."),
    "qif": _l("This is a QIF file, which does not say which payment is which."),
    "mt940": _l("This is an MT940 file. Banks that give those out also give out CAMT.053."),
    "web-page": _l("This is a web page, perhaps because the bank had signed you out when it was saved."),
    "unknown-xml": _l("This is an XML file, but no bank statement."),
    "unknown": _l("This is no file of a kind that banks give out."),
    "not-a-statement": _l(
        "This is a list of what is announced, not of what is booked. Ask for CAMT.053, the statement."
    ),
    "broken": _l("This file is damaged or was cut off. Get it from the bank once more."),
    "no-table": _l("No payments were found: in none of the first lines there is a day."),
    "no-payments": _l("There are no payments in this file."),
    "several-accounts": _l("This file holds several accounts. Ask the bank for one account at a time."),
}

_ITEMS = {
    item.PAYOUT: _l("Payout from Stripe"),
    item.PAYOUT_BACK: _l("Payout that the bank sent back"),
    item.CASH: _l("Cash that was counted"),
    item.CHEQUE: _l("Cheque"),
    item.TRANSFER: _l("Bank transfer that was announced"),
    item.AWAITED: _l("Bank transfer that was announced and booked"),
    item.ORDER: _l("Standing order"),
    item.BOUNCED: _l("Cheque that came back unpaid"),
    item.ASIDE: _l("Unknown money, sent back"),
    item.ENTRY: _l("In the books already"),
}

_MATCHES = {
    matches.EXPECTED: _l("What was expected"),
    matches.GIFT: _l("A gift"),
    matches.ASIDE: _l("Money of an unknown giver"),
    matches.CLAIMED: _l("No longer unknown"),
    matches.RETURNED: _l("Unknown money, sent back"),
    matches.CHARGE: _l("The bank’s charge"),
    matches.SPENDING: _l("Spending"),
    matches.INTEREST: _l("Interest"),
}


def wrong_with(refusal: NotReadable) -> str:
    """Why a file cannot be read, and what to do instead."""
    match refusal.reason:
        case "day":
            return str(_("This cannot be read as a day, in row %(where)s", where=refusal.where))
        case "amount":
            return str(_("This cannot be read as an amount, in row %(where)s", where=refusal.where))
        case "other-account":
            ends = refusal.where[-4:]
            return str(_("This file is about another account: the one whose number ends in %(ends)s.", ends=ends))
        case "other-currency":
            return str(_("This file is in another currency than the account."))
        case reason if reason in ("too-large", "empty", "no-payments", "several-accounts", "broken", "not-a-statement"):
            return str(_FILES[reason])
        case reason:
            return f"{_FILES.get(reason, _FILES['unknown'])} {_OTHERWISE}"


def item_name(each: Item) -> str:
    """'Cheque of Łucja Okoń, slip S-417'."""
    of = [str(_ITEMS.get(each.what, each.what))]
    if each.payer and each.what not in (item.PAYOUT, item.PAYOUT_BACK):
        of.append(each.payer)
    if each.reference:
        of.append(each.reference)
    return ", ".join(of)


def match_name(kind: str) -> str:
    """'A gift', for what a line was found to be."""
    return str(_MATCHES[kind])


def why(reason: Reason) -> str:
    """A reason as part of a sentence."""
    match reason.kind:
        case "amount":
            return str(_("the same amount"))
        case "sum":
            return str(ngettext("%(num)s comes to it", "%(num)s together come to it", reason.number))
        case "parts":
            return str(ngettext("it came in %(num)s line", "it came in %(num)s lines", reason.number))
        case "reference":
            return str(_("the line says “%(words)s”", words=reason.words))
        case "payer":
            return str(_("the line names %(words)s", words=reason.words))
        case _:
            if not reason.number:
                return str(_("on the very day"))
            return str(ngettext("%(num)s day apart", "%(num)s days apart", reason.number))


def worth(each: Item) -> str:
    """An item's amount, without its sign."""
    return written(-each.amount if each.amount.minor < 0 else each.amount)
