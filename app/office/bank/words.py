"""What is said about banks' files and lines: what is wrong with a file, what a line may be, and why."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.bank import booking as matches
from app.bank import matching
from app.bank.formats import contents
from app.bank.formats.contents import LeftOut, Note, NotReadable
from app.bank.matching import Item, Reason
from app.money import written

_OTHERWISE = _l("Get the statement from your bank’s pages as CSV, OFX, QIF, MT940 or CAMT.053 and choose that file.")

_FILES = {
    "empty": _l("This file is empty."),
    "too-large": _l(
        "This file is larger than 3 MB. Ask your bank for a shorter period, and import one after the other."
    ),
    "pdf": _l("This is a PDF: it is made for reading, and its figures cannot be taken from it safely."),
    "spreadsheet": _l("This is a spreadsheet. If it came from the bank, ask there for CSV, or save it as CSV."),
    "html-table": _l(
        "This is a table from a web page that is only named like a spreadsheet. Open it in a spreadsheet and save it "
        "as CSV, or ask the bank for CSV."
    ),
    "archive": _l("This is a packed file (ZIP or the like). Unpack it, and choose the statement that was in it."),
    "document": _l("This is a document of a word processor."),
    "encrypted": _l("This file is encrypted."),
    "picture": _l("This is a picture."),
    "json": _l("This is a JSON file, made for programs."),
    "list": _l("This is a list of payments as text, without columns."),
    "sign-in": _l("This is a page to sign in at: the bank had signed you out when it was saved."),
    "web-page": _l("This is a web page, perhaps because the bank had signed you out when it was saved."),
    "unknown-xml": _l("This is an XML file, but no bank statement."),
    "unknown": _l("This is no file of a kind that banks give out."),
    "not-a-statement": _l(
        "This is a list of what is announced, not of what is booked. Ask for CAMT.053, the statement."
    ),
    "broken": _l("This file is damaged or was cut off. Get it from the bank once more."),
    "no-table": _l("No payments were found: in none of the first lines there is a day."),
    "no-payments": _l("There are no payments in this file."),
}

_LEFT_OUT = {
    contents.NOTHING: _l("moves nothing on the account"),
    contents.PENDING: _l("not booked yet"),
    contents.NOT_DONE: _l("not booked, or taken back"),
    contents.CURRENCY: _l("in another currency"),
    contents.ACCOUNT: _l("of another account"),
    contents.NO_DAY: _l("without a day"),
    contents.NO_WAY: _l("says neither in nor out"),
    contents.TWICE: _l("a statement that the file holds twice"),
    contents.CORRECTION: _l("corrects another payment; see the bank’s page"),
}

_ITEMS = {
    matching.PAYOUT: _l("Payout from Stripe"),
    matching.PAYOUT_BACK: _l("Payout that the bank sent back"),
    matching.CASH: _l("Cash that was counted"),
    matching.CHEQUE: _l("Cheque"),
    matching.TRANSFER: _l("Bank transfer that was announced"),
    matching.AWAITED: _l("Bank transfer that was announced and booked"),
    matching.ORDER: _l("Standing order"),
    matching.BOUNCED: _l("Cheque that came back unpaid"),
    matching.ASIDE: _l("Unknown money, sent back"),
    matching.ENTRY: _l("In the books already"),
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
        case "too-wide":
            where = refusal.where
            return str(
                _(
                    "This row has more cells than there are headings, so its amount cannot be told: %(where)s",
                    where=where,
                )
            )
        case "quotes":
            return str(
                _(
                    "A quotation mark does not end in row %(where)s, so the rows below it cannot be told apart.",
                    where=refusal.where,
                )
            )
        case "several-accounts":
            ends = refusal.where
            if not ends:
                return str(_("This file holds several accounts. Ask the bank for one account at a time."))
            return str(
                _(
                    "This file holds several accounts, whose numbers end in %(ends)s. Ask the bank for one account "
                    "at a time.",
                    ends=ends,
                )
            )
        case "other-account":
            ends = refusal.where[-4:]
            return str(_("This file is about another account: the one whose number ends in %(ends)s.", ends=ends))
        case "other-currency":
            return str(_("This file is in another currency than the account."))
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


def note(each: Note) -> str:
    """What is to be said about a file before it is taken in."""
    amount = "" if each.amount is None else written(each.amount)
    match each.kind:
        case contents.SIGNS:
            return str(
                _(
                    "The balance falls where money is read as in, and rises where it is read as out, first in row "
                    "%(where)s. In and out are probably the wrong way round.", where=each.where,
                )
            )  # fmt: skip
        case contents.BALANCE:
            return str(
                ngettext(
                    "In %(num)s row the balance does not follow from the amounts (row %(where)s). A row may be "
                    "missing, or be read wrongly: compare with the bank’s page.",
                    "In %(num)s rows the balance does not follow from the amounts, first in row %(where)s. Rows may "
                    "be missing, or be read wrongly: compare with the bank’s page.", each.number, where=each.where,
                )
            )  # fmt: skip
        case contents.SUM:
            return str(
                _(
                    "Between the balances that the file states there is %(amount)s that its payments do not come to.",
                    amount=amount,
                )
            )
        case contents.KINDS:
            return str(
                ngettext(
                    "%(num)s payment is called the opposite of its sign, such as a debit that comes in. The sign "
                    "counts.",
                    "%(num)s payments are called the opposite of their sign, such as a debit that comes in. The sign "
                    "counts.",
                    each.number,
                )
            )
        case contents.ONE_WAY:
            return str(
                _(
                    "Every amount is read as money in, because none has a minus. If some went out, this file does "
                    "not say so."
                )
            )
        case _:
            return str(
                ngettext(
                    "%(num)s fee that the file states beside a payment is a line of its own: %(amount)s.",
                    "%(num)s fees that the file states beside payments are lines of their own: %(amount)s together.",
                    each.number, amount=amount,
                )
            )  # fmt: skip


def is_warning(each: Note) -> bool:
    """Whether a note throws doubt on the reading, and is no mere information."""
    return each.kind not in (contents.FEES, contents.ONE_WAY)


def item_name(each: Item) -> str:
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
