"""Which form a file has; and where it is none that we can take, a plain word for what it is."""

import io
import re
import zipfile

from app.bank.formats.contents import NotReadable
from app.bank.formats.csv_table import text_of

CSV, OFX, CAMT, QIF, MT940 = "csv", "ofx", "camt.053", "qif", "mt940"

# In bytes: years of a small organisation's payments, and seconds of reading.
LARGEST = 3_000_000

# How files begin that people take for statements, and what they are.
_BEGINNINGS = (
    (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "spreadsheet"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"{\\rtf", "document"),
    (b"-----BEGIN PGP", "encrypted"),
)
_SIGN_IN = re.compile(
    r"type\s*=\s*[\"']?password|\b(sign|log) ?(in|on)\b|session (has )?(expired|timed)|anmelden", re.I
)

# The headings of Stripe's own reports, of its balance and of its payments.
_STRIPE = re.compile(
    r"[^\n]*(\bbalance_transaction_id\b|\breporting_category\b|\bamount refunded\b.*\bconverted amount)"
)


def form_of(body: bytes) -> str:
    """Which of the forms a file has. Raises `NotReadable` with what it is instead."""
    if len(body) > LARGEST:
        raise NotReadable("too-large")
    start = body[:3000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.strip(b"\x00"):
        raise NotReadable("empty" if not start else "unknown")
    for mark, what in _BEGINNINGS:
        if start.startswith(mark):
            raise NotReadable(what)
    if start.startswith(b"PK"):
        raise NotReadable(_packed(body))
    text = text_of(body)
    if not text.strip(" \r\n\t\ufeff"):
        raise NotReadable("empty")
    form = _written(text)
    if form:
        return form
    if "\x00" in text[:3000]:
        raise NotReadable("unknown")
    return CSV


def _written(text: str) -> str:
    """The form of a file that is written in letters; empty for one that may be a table."""
    head = text[:3000].lstrip("\ufeff \r\n\t").casefold()
    if re.search(r"<ofx[\s>]", text, re.I) or head.startswith("ofxheader"):
        return OFX
    if "camt.053" in head or "bktocstmrstmt" in head:
        return CAMT
    if "camt.05" in head or "bktocstmraccrpt" in head or "bktocstmrdbtcdtntfctn" in head:
        raise NotReadable("not-a-statement")
    if re.match(r"!(type|account|option|clear)", head):
        return QIF
    if re.search(r"^:60[fm]:", text, re.I | re.M) and re.search(r"^(\{4:\s*)?:?20:|^:25:|^:940:", text, re.I | re.M):
        return MT940
    # An interim report: what it lists may not be booked.
    if re.search(r"^:34f:", text, re.I | re.M) and re.search(r"^:90[cd]:", text, re.I | re.M):
        raise NotReadable("not-a-statement")
    if head.startswith((":20:", "{1:", ":940:")):
        return MT940
    if _STRIPE.match(head):
        raise NotReadable("stripe")
    if "urn:schemas-microsoft-com:office:spreadsheet" in head and "<html" not in head:
        raise NotReadable("spreadsheet")
    if head.startswith(("mime-version:", "from: <saved by")):
        raise NotReadable("web-page")
    if "<html" in head or "<!doctype html" in head or "<table" in head or "urn:schemas-microsoft-com:office" in head:
        raise NotReadable(_page(text))
    if head.startswith("<"):
        raise NotReadable("unknown-xml")
    if head.startswith(("{", "[")) and re.search(r'"[^"]*"\s*:', head):
        raise NotReadable("json")
    if len(re.findall(r"^[ \t]*(date|description|amount|balance)[ \t]*:", text, re.I | re.M)) > 3:
        raise NotReadable("list")
    return ""


def _page(text: str) -> str:
    """What a web page is: one to sign in at, a table as spreadsheets and some banks save it, or any other."""
    table = re.search(r"<t[dh][\s>]", text, re.I)
    if table is None or re.search(r"type\s*=\s*[\"']?password", text, re.I):
        return "sign-in" if _SIGN_IN.search(text) else "web-page"
    return "html-table"


def _packed(body: bytes) -> str:
    """What a ZIP file is: a spreadsheet or a document is one too, by what is in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError):
        # Cut off or damaged: its first part still has a name.
        names = [body[30:90].decode("latin-1")]
    if any(
        re.search(r"\.(csv|ofx|qfx|xml|txt|qif|sta|mt940|pdf)\b", name, re.I)
        and "[Content_Types]" not in name
        and not name.startswith(("xl/", "word/", "docProps/", "META-INF/", "_rels/", "customXml/"))
        for name in names
    ):
        office = any(name.startswith(("xl/", "word/", "META-INF/")) or "[Content_Types]" in name for name in names)
        if not office:
            return "archive"
    if any(name.startswith("word/") for name in names):
        return "document"
    if len(names) > 1 and not any(
        name.startswith("xl/") or "[Content_Types]" in name or name == "mimetype" for name in names
    ):
        return "archive"
    return "spreadsheet"
