"""Cells: how text and amounts are written so that no spreadsheet takes a text for a formula or an amount for a text."""

from app.money import decimals

# What makes a spreadsheet read a cell as a formula when it stands first; Excel takes the wide forms as well.
# https://owasp.org/www-community/attacks/CSV_Injection
BEGINS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would otherwise compute it."""
    return f"'{text}" if text[:1] in BEGINS_A_FORMULA else text


def amount(minor: int, currency: str) -> str:
    """An amount as a plain number, with a point and the currency's decimals: '-1234.50'."""
    places = decimals(currency)
    if not places:
        return str(minor)
    unit = 10**places
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), unit)
    return f"{sign}{whole}.{part:0{places}d}"


def plain_line(text: str, most: int) -> str:
    """One line without commas, quotation marks and control characters, at most `most` characters long, that begins no
    formula. An apostrophe is a part of names, not a quotation mark: O'Brien stays."""
    kept = "".join(" " if character in ',"' or not character.isprintable() else character for character in text)
    return " ".join(kept.split()).lstrip("=+-@＝＋－＠' ")[:most].rstrip()
