"""What banks call the columns of their files, and the few words that stand in them."""

import re

from babel.numbers import list_currencies

# The first pattern that fits wins: the day on which a payment was completed, before the one on which it was begun.
DAY = (
    r"completed date.*", r"date completed.*", r"completed on.*", r"finished on",
    r"(date )?(posted|booked|settled)( date| on| at)?",
    r"(posting|booking|settlement|entry) date", r"buchungstag", r"buchungsdatum", r"buchung", r"date comptable",
    r"date d'opération", r"boekdatum", r"transaction date", r"date", r"datum", r"fecha.*",
    r"data.*", r"(date|datum) .*",
    r".*\bdate\b.*", r"valuta.*", r"wertstellung",
)  # fmt: skip
AMOUNT = (
    r"amount.*", r"gross.*", r"value", r"betrag.*", r"montant.*", r"bedrag.*", r"importe.*", r"importo.*", r"kwota.*",
    r"umsatz", r"transaction amount.*", r"source amount.*", r"(?!.*\b(?:tax|vat|tip|orig|original)\b).*\bamount\b.*",
    r"total",
)  # fmt: skip
IN = (
    r"money in.*", r"paid in.*", r"credits?( amount)?", r"credit amount.*", r"credit.*", r"in", r".*credit amount.*",
    r"receipts?", r"deposits?", r"paid in amount", r"haben.*", r"gutschrift.*", r"einnahmen?.*", r"crédit.*", r"bij",
    r"eingang.*", r"zugang.*", r"recettes?.*", r"entrées?.*", r"(amount )?in(coming)?( amount)?", r"amount received",
    r"received",
)  # fmt: skip
OUT = (
    r"money out.*", r"paid out.*", r"debits?( amount)?", r"debit amount.*", r"debit.*", r"out", r".*debit amount.*",
    r"payments?", r"withdrawn", r"withdrawals?", r"soll.*", r"lastschrift.*", r"ausgaben?.*", r"débit.*", r"af",
    r"ausgang.*", r"abgang.*", r"belastung.*", r"dépenses?.*", r"sorties?.*",
    r"(amount )?out(going)?( amount)?", r"amount sent", r"spent",
)  # fmt: skip
PAYER = (
    r"name( / description)?", r"counter ?party( name)?", r"merchant name",
    r"(partner|payer|debtor) name", r"payee", r"payer", r"from/to", r"party",
    r"source name", r"sender( name)?", r"naam.*", r"nom", r"beneficiary.*",
    r".*(counterparty|beneficiary|auftraggeber|empfänger|zahlungspflichtig).*",
)  # fmt: skip
# Who got it, where that is another column than who paid.
PAYEE = (
    r"payee( name)?", r"target name", r"recipient( name)?", r"beneficiary( name)?", r"creditor( name)?",
    r"zahlungsempfänger.*",
)  # fmt: skip
DETAILS = (
    r".*description.*", r"memo", r"details", r"reference", r"payment reference", r"narrative.*",
    r"narration", r"notes.*", r"cheque (no\.?|number)",
    r"verwendungszweck.*", r"buchungsdetails.*", r"libell[eé].*", r"avisierungstext",
    r"omschrijving.*", r"mededelingen", r"notifications", r"particulars",
    r"subject", r"item title", r"concepto",
)  # fmt: skip
BALANCE = (r".*\bbalance\b(?! impact).*", r".*saldo.*", r"solde.*", r"kontostand.*")
ID = (
    r"transaction id",
    r"id",
    r"fitid",
    r"transaction reference",
    r"transferwise id",
    r"transaction_id",
    r"payment id",
)
CURRENCY = (
    r"account currency", r"currency( code)?", r"ccy", r"währung", r"waehrung", r"devise", r"munt", r"source currency",
    r"posted currency", r"payment currency",
)  # fmt: skip
ACCOUNT = (
    r"account( number| no\.?| id)?", r"own account.*", r"iban", r"iban/bban", r"kontonummer", r"konto",
    r"auftragskonto", r"posted account", r"iban auftragskonto", r"rekening(nummer)?", r"compte", r"bankkonto",
)  # fmt: skip
ACCOUNT_NAME = (r"account name", r"product")
STATE = (
    r"((transaction|payment|booking|transfer) )?(state|status)",
    r"buchungsstatus",
    r"etat",
    r"statut",
    r"info",
    r"balance impact",
)
FEE = (r"fees?( amount)?( \(\w+\))?", r"source fee amount", r"gebühr.*", r"frais")
NET = (r"net( amount)?( \(\w+\))?", r"netto")
MARKER = (
    r"(debit/credit|credit/debit|dr/cr|cr/dr|d/c|c/d|debit or credit)( indicator)?", r"indicator", r"direction",
    r".*\b(indicator|flag)\b.*", r"af bij", r"soll/haben.*", r"s/h", r"balance impact", r"(transaction )?type", r"sign",
)  # fmt: skip
KIND = (r"(transaction )?type", r"typ", r"umsatztyp")

# Of an amount without a sign, which way it went.
WENT_OUT = frozenset(
    ["debit", "dr", "d", "dbit", "db", "af", "s", "soll", "out", "money out", "paid out", "payment out", "-"]
)
CAME_IN = frozenset(["credit", "cr", "c", "crdt", "bij", "h", "haben", "in", "money in", "paid in", "payment in", "+"])
# Rows that only say what stood on the account, or what others come to.
_SUMS = re.compile(
    r"(opening|closing|starting|ending|start|end|previous|new|final|current|available)? ?balance"
    r"( (brought|carried) forward)?|(brought|carried) forward|(sub|grand )?totals?( (in|out|credits?|debits?))?"
    r"|(anfangs|end)saldo|(alter|neuer) kontostand|summe",
    re.I,
)
_CODE = re.compile(r"\(([a-z]{3})\)|\b(?:in|amount|balance|value) ([a-z]{3})$", re.I)


def plain(heading: str) -> str:
    """A heading as it is compared."""
    return " ".join(heading.replace("_", " ").split()).casefold()


def fits(heading: str, names: tuple[str, ...]) -> bool:
    """Whether a heading is one of the names."""
    return any(re.fullmatch(name, plain(heading)) for name in names)


def currency_in(heading: str) -> str:
    """The currency that a heading names, as in 'Amount (EUR)'; empty where it names none."""
    found = _CODE.search(heading)
    code = (found[1] or found[2] or "") if found else ""
    return code.casefold() if code.upper() in list_currencies() else ""


def is_sum(words: str) -> bool:
    """Whether a row's words say that it is a balance or a total."""
    return _SUMS.fullmatch(" ".join(words.split()).strip(" :.-*")) is not None
