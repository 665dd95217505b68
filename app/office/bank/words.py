"""What is said about banks' files and lines: what is wrong with a file, what a line may be, and why."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.bank import booking as matches
from app.bank import matching
from app.bank.formats import contents
from app.bank.formats.contents import FileNote, LeftOut, NotReadable
from app.bank.matching import Expected, Reason
from app.money import written

_OTHERWISE = _l(
    "Download the statement from your bank’s website as CSV, OFX, QIF, MT940 or CAMT.053 and select that file."
)

_FILES = {
    "empty": _l("This file is empty."),
    "too-large": _l(
        "This file is larger than 3 MB. Download shorter periods from your bank and import them one after another."
    ),
    "pdf": _l("This is a PDF. Figures cannot be read from a PDF reliably."),
    "spreadsheet": _l("This is a spreadsheet. Save it as CSV, or download CSV from your bank."),
    "html-table": _l(
        "This file is named like a spreadsheet but contains a web page. Open it in a spreadsheet "
        "program and save it as CSV, or download CSV from your bank."
    ),
    "archive": _l("This is a compressed file, such as a ZIP. Unpack it and select the statement inside."),
    "document": _l("This is a word-processing document."),
    "encrypted": _l("This file is encrypted."),
    "picture": _l("This is an image."),
    "json": _l("This is a JSON file, not a bank statement."),
    "list": _l("This is a list of payments as text, without columns."),
    "sign-in": _l("This is a sign-in page: the bank had signed you out when you saved it."),
    "web-page": _l("This is a web page. The bank may have signed you out before you saved it."),
    "unknown-xml": _l("This is an XML file, but not a bank statement."),
    "unknown": _l("This is not a bank statement in a format we can read."),
    "not-a-statement": _l(
        "This file lists expected payments, not booked ones. Download the statement (CAMT.053) instead."
    ),
    "stripe": _l("This is a report from Stripe. Money held by Stripe is already in the books."),
    "broken": _l("This file is damaged or incomplete. Download it from the bank again."),
    "no-table": _l("No payments were found: none of the first lines contains a date."),
    "no-payments": _l("There are no payments in this file."),
}

_LEFT_OUT = {
    contents.NOTHING: _l("moves no money"),
    contents.UNREAD: _l("its amount is in a column that is not read: change how the columns are read"),
    contents.PENDING: _l("not booked yet"),
    contents.NOT_DONE: _l("not completed, or reversed"),
    contents.CURRENCY: _l("in another currency"),
    contents.ACCOUNT: _l("for another account"),
    contents.NO_DAY: _l("no date"),
    contents.NO_WAY: _l("does not say whether money came in or went out"),
    contents.TWICE: _l("a statement that appears twice in the file"),
    contents.CORRECTION: _l("corrects another payment; check your bank’s website"),
}

_ITEMS = {
    matching.PAYOUT: _l("Payout from Stripe"),
    matching.PAYOUT_BACK: _l("Payout returned by the bank"),
    matching.CASH: _l("Counted cash"),
    matching.CHEQUE: _l("Cheque"),
    matching.TRANSFER: _l("Promised bank transfer"),
    matching.AWAITED: _l("Bank transfer booked when it was promised"),
    matching.ORDER: _l("Standing order"),
    matching.BOUNCED: _l("Bounced cheque"),
    matching.UNIDENTIFIED: _l("Unidentified money, sent back"),
    matching.ENTRY: _l("In the books already"),
}

_MATCHES = {
    matches.EXPECTED: _l("Expected payment"),
    matches.GIFT: _l("A gift"),
    matches.UNIDENTIFIED: _l("Money from an unknown donor"),
    matches.CLAIMED: _l("Donor identified"),
    matches.RETURNED: _l("Unidentified money, sent back"),
    matches.CHARGE: _l("Bank charge"),
    matches.SPENDING: _l("Spending"),
    matches.INTEREST: _l("Interest"),
    matches.TRANSFER: _l("Transfer between our own accounts"),
    matches.BILL: _l("A bill"),
    matches.INCOME: _l("Other income"),
    matches.PAID_BACK: _l("A gift paid back"),
}


def wrong_with(refusal: NotReadable) -> str:
    """Why a file cannot be read, and what to do instead."""
    match refusal.reason:
        case "day":
            return str(_("The date cannot be read in row %(where)s", where=refusal.where))
        case "amount":
            return str(_("The amount cannot be read in row %(where)s", where=refusal.where))
        case "too-wide":
            where = refusal.where
            return str(
                _(
                    "This row has more cells than there are headings, so its amount is unclear: %(where)s",
                    where=where,
                )
            )
        case "quotes":
            return str(
                _(
                    "A quotation mark in row %(where)s is never closed, so the rows below it cannot be read.",
                    where=refusal.where,
                )
            )
        case "several-accounts":
            ends = refusal.where
            if not ends:
                return str(_("This file contains several accounts. Download one account at a time from your bank."))
            return str(
                _(
                    "This file contains several accounts, ending in %(ends)s. Download one account "
                    "at a time from your bank.",
                    ends=ends,
                )
            )
        case "other-account":
            ends = refusal.where[-4:]
            return str(_("This file is for another account: the one ending in %(ends)s.", ends=ends))
        case "other-currency":
            return str(_("This file is not in the account’s currency."))
        case reason if reason in (
            "too-large",
            "empty",
            "no-payments",
            "broken",
            "not-a-statement",
            "archive",
            "html-table",
        ):
            return str(_FILES[reason])
        case reason:
            return f"{_FILES.get(reason, _FILES['unknown'])} {_OTHERWISE}"


def left_out(row: LeftOut) -> str:
    """Why a row is left out, with the word of the file that says so."""
    why = str(_LEFT_OUT[row.reason])
    return f"{why} ({row.word})" if row.word else why


def note(each: FileNote) -> str:
    """What is to be said about a file before it is taken in."""
    amount = "" if each.amount is None else written(each.amount)
    match each.kind:
        case contents.SIGNS:
            return str(
                _(
                    "The balance falls where money comes in and rises where it goes out, first in "
                    "row %(where)s. Money in and money out are probably the wrong way round.",
                    where=each.where,
                )
            )
        case contents.BALANCE:
            return str(
                ngettext(
                    "In %(num)s row the balance does not match the amounts (row %(where)s). A row "
                    "may be missing or misread: compare it with your bank’s website.",
                    "In %(num)s rows the balance does not match the amounts, first in row "
                    "%(where)s. Rows may be missing or misread: compare them with your bank’s "
                    "website.",
                    each.number,
                    where=each.where,
                )
            )
        case contents.SUM:
            return str(
                _(
                    "The opening and closing balances in the file differ by %(amount)s more or less "
                    "than its payments add up to.",
                    amount=amount,
                )
            )
        case contents.KINDS:
            return str(
                ngettext(
                    "%(num)s payment is described as the opposite of its sign, such as a debit with "
                    "a plus. The sign is used.",
                    "%(num)s payments are described as the opposite of their sign, such as a debit "
                    "with a plus. The sign is used.",
                    each.number,
                )
            )
        case contents.ONE_WAY:
            return str(
                _(
                    "Every amount is read as money in, because none has a minus sign. If some went "
                    "out, this file does not show it."
                )
            )
        case _:
            return str(
                ngettext(
                    "%(num)s fee listed with a payment is imported as a separate line: %(amount)s.",
                    "%(num)s fees listed with payments are imported as separate lines: %(amount)s in total.",
                    each.number,
                    amount=amount,
                )
            )


def is_warning(each: FileNote) -> bool:
    """Whether a note throws doubt on the reading, and is no mere information."""
    return each.kind not in (contents.FEES, contents.ONE_WAY)


def item_name(each: Expected) -> str:
    """'Cheque of Łucja Okoń, slip S-417'."""
    of = [str(_ITEMS.get(each.what, each.what))]
    if each.payer and each.what not in (matching.PAYOUT, matching.PAYOUT_BACK):
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
            return str(_("same amount"))
        case "sum":
            return str(ngettext("%(num)s item adds up to it", "%(num)s items add up to it", reason.number))
        case "parts":
            return str(ngettext("arrived as %(num)s line", "arrived as %(num)s lines", reason.number))
        case "reference":
            return str(_("line includes “%(words)s”", words=reason.words))
        case "payer":
            return str(_("line names %(words)s", words=reason.words))
        case _:
            if not reason.number:
                return str(_("same day"))
            return str(ngettext("%(num)s day apart", "%(num)s days apart", reason.number))


def worth(each: Expected) -> str:
    """An item's amount, without its sign."""
    return written(-each.amount if each.amount.minor < 0 else each.amount)
