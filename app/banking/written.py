"""Days and amounts as banks write them in their files."""

import re
from datetime import date, datetime

from app.banking.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from app.money import Money, NotAnAmount

# Both marks are the same, or an amount such as 112.26 would be a day as well.
_DAY = re.compile(
    r"(?:(?P<a>\d{1,4})(?P<mark>[-/. ])(?P<b>\d{1,2}|[A-Za-z]{3,9})(?P=mark)(?P<c>\d{1,4})"
    r"|(?P<whole>\d{8}))(?:[T ,].*)?",
    re.ASCII,
)
_SIGNED = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-−+])?\s*(?P<body>[^()]*?)\s*(?P<after>[-−]|CR|DR)?\s*(?P<close>\))?", re.I
)


def day(text: str, order: str) -> date | None:
    """The day that a cell names, in one of the orders, with or without a time after it; `None` if it names none."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    first, second, third = _whole(match["whole"], order) if match["whole"] else (match["a"], match["b"], match["c"])
    year, month, of_month = {
        DAY_FIRST: (third, second, first),
        MONTH_FIRST: (third, first, second),
        YEAR_FIRST: (first, second, third),
    }[order]
    if len(year) == 2:
        year = "20" + year
    if len(year) != 4 or not of_month.isdigit():
        return None
    try:
        number = int(month) if month.isdigit() else datetime.strptime(month[:3].title(), "%b").month  # noqa: DTZ007
        return date(int(year), number, int(of_month))
    except ValueError:
        return None


def _whole(digits: str, order: str) -> tuple[str, str, str]:
    """The parts of a day that is written without marks: 20260707, or 07072026."""
    return (digits[:4], digits[4:6], digits[6:]) if order == YEAR_FIRST else (digits[:2], digits[2:4], digits[4:])


def money(text: str, currency: str, decimal: str = ".") -> Money | None:
    """The signed amount in a cell: '-1,234.50', '£12.00 DR', '(3.20)', '1.234,50-'; `None` for an empty one.

    Raises `NotAnAmount`.
    """
    cleaned = text.replace("\N{NO-BREAK SPACE}", " ").strip()
    if not cleaned:
        return None
    match = _SIGNED.fullmatch(cleaned)
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise NotAnAmount("not an amount of money")
    body = match["body"]
    # A sign may also stand behind the currency's own: '£-12.00'.
    inner = re.fullmatch(r"([^\d\s])\s*([-−])\s*(\d.*)", body)
    if inner is not None:
        body = inner[1] + inner[3]
    if decimal == ",":
        body = body.replace(".", " ").replace(",", ".")
    if body.startswith("."):
        body = "0" + body
    amount = Money.parse(body, currency)
    marks = ((match["sign"] or "") in "-−" and bool(match["sign"]), bool(match["open"]), inner is not None)
    out = any(marks) or (match["after"] or "").upper() in ("-", "−", "DR")
    return -amount if out else amount


def words(*parts: str | None) -> str:
    """What cells say, as one line without control characters and doubled spaces."""
    text = " ".join(part for part in parts if part)
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
