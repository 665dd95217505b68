"""How plain-text accounting names our accounts: five roots, capital letters, colons."""

from app.ledger.exports.selection import Named

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
# What held the books' money before the first exported day.
CARRIED = "Equity:Carried-Forward"


def plain_name(account: Named) -> str:
    """The name in beancount and hledger: 'assets:stripe:gbp' is 'Assets:Stripe:GBP'.

    Each part begins with a capital or a digit and holds letters, digits and hyphens (beancount.github.io/docs,
    "Language Syntax", accounts).
    """
    parts = account.code.split(":")
    root = _ROOTS[account.kind]
    if parts[0] in (root.lower(), "suspense"):
        # What waits in suspense keeps its word, since its root says only that it is an asset.
        parts = parts[1:] if parts[0] != "suspense" else parts
    named = [_part(each) for each in parts[:-1]] + [account.currency.upper()]
    return ":".join([root, *named])


def _part(text: str) -> str:
    kept = "".join(each if each.isascii() and each.isalnum() else "-" for each in text)
    kept = kept.lstrip("-") or "X"
    return kept[0].upper() + kept[1:]
