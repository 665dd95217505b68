"""Words by which banks say of a row whether its payment is booked: only one that surely is counts."""

from app.bank.formats.contents import NOT_DONE, NOTHING, PENDING

# Booked for certain. A word that is in none of these lists is not surely booked either.
DONE = frozenset(
    ("completed", "complete", "settled", "booked", "posted", "cleared", "success", "successful", "succeeded", "paid",
     "processed", "billed", "executed", "finished", "done", "gebucht", "umsatz gebucht", "verbucht", "ausgeführt",
     "abgeschlossen", "comptabilisé", "uitgevoerd", "verwerkt", "credit", "debit", "haben", "soll")
)  # fmt: skip
_WAITING = (
    "pending", "processing", "in progress", "in process", "authorised", "authorized", "scheduled", "waiting",
    "awaiting", "held", "on hold", "hold", "uncleared", "unsettled", "created", "submitted", "requires", "offen",
    "vorgemerkt", "ausstehend", "umsatz vorgemerkt", "en attente", "en cours", "unclaimed", "pend",
)  # fmt: skip
_OFF = (
    "declined", "failed", "failure", "reverted", "reversed", "cancelled", "canceled", "rejected", "refused", "expired",
    "denied", "voided", "void", "returned", "refunded", "partially refunded", "removed", "deleted", "error", "unpaid",
    "abgelehnt", "storniert", "annulé", "geannuleerd", "blocked",
)  # fmt: skip
_MEMO = ("memo", "none", "no impact", "informational", "info")
# Kinds of PayPal's rows that move nothing, whatever else they say.
_HOLDS = (
    "account hold", "general hold", "payment hold", "payment review hold", "hold on balance", "authorization",
    "authorisation", "general account hold", "reserve hold", "cancellation of hold", "hold ", "release of ",
)  # fmt: skip


def known(word: str) -> bool:
    """Whether a word is one by which some bank says in which state a row is."""
    return _plain(word) in DONE or _why(_plain(word)) != ""


def why_not(word: str) -> str:
    """Why a row of this state is left out; empty when it is booked, or when nothing is said. A word that nobody knows
    may mean anything, so its row is not surely booked."""
    plain = _plain(word)
    if not plain or plain in DONE:
        return ""
    return _why(plain) or NOT_DONE


def why_it_is_not_booked(word: str) -> str:
    """Why a row is not booked that has this word in place of its day or its kind ('Pending'); empty when the word says
    nothing of that."""
    return _why(_plain(word))


def is_hold(kind: str) -> bool:
    """Whether a kind of row is a hold, or the end of one: money set apart on the account, that goes nowhere."""
    plain = _plain(kind).removeprefix("reversal of ")
    return any(plain.startswith(each) for each in _HOLDS) or plain.endswith(
        (" authorization", " hold", " authorisation", " release")
    )


def _why(plain: str) -> str:
    for words, reason in ((_WAITING, PENDING), (_OFF, NOT_DONE), (_MEMO, NOTHING)):
        if plain in words:
            return reason
    return ""


def _plain(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").split()).strip(" .*")
