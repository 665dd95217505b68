"""What each kind of exception is called, and what to do about it, in words."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "unclaimed charge": (
        _l("Card payments that belong to no gift"),
        _l("Look the charge up in Stripe’s Dashboard. Somebody may have paid by a link of Stripe’s own: give it back "
           "there, or reverse its entry here and enter it for what it was."),
    ),
    "pending event": (
        _l("News from Stripe that could not be applied"),
        _l("It is tried again by itself. If it stays, ask whoever looks after the server to replay it: flask stripe "
           "replay, with the number below."),
    ),
    "receipt": (
        _l("Receipts that could not be made or sent"),
        _l("They are tried again by themselves. If they stay, the worker may not be running, or the mail server "
           "refuses the address: look at the gift and correct the address."),
    ),
    "failed monthly gift": (
        _l("Monthly gifts that could not be taken"),
        _l("The donor has been mailed a link to mend the card, and Stripe tries again. Nothing needs doing, unless "
           "they write to you."),
    ),
    "second subscription": (
        _l("Plans that two subscriptions charge for"),
        _l("End the one named below in Stripe’s Dashboard, and give back what it took."),
    ),
    "unknown fee": (
        _l("Gifts whose fee is not known"),
        _l("Stripe is asked for it every hour. If it stays for days, look the charge up in Stripe’s Dashboard."),
    ),
    "dispute": (
        _l("Disputes that want an answer"),
        _l("Answer in Stripe’s Dashboard before the date, or accept it there. The money is counted until it is lost."),
    ),
    "refund": (
        _l("Refunds that did not go through"),
        _l("Stripe could not give the money back, so it is with us again. Ask the donor for another way, and pay it "
           "by bank."),
    ),
    "payout": (
        _l("Payouts that came back or do not add up"),
        _l("If one came back, check the bank details in Stripe’s Dashboard. If one does not add up, look at its parts "
           "under Payouts."),
    ),
    "movement": (
        _l("Movements at Stripe that the books cannot explain"),
        _l("Look the movement up in Stripe’s Dashboard, and say where it belongs: flask books explain, with the number "
           "below."),
    ),
    "difference": (
        _l("Currencies in which the books and Stripe differ"),
        _l("Have what is missing taken in: flask stripe catch-up. What still differs is listed under Payouts."),
    ),
    "bank line": (
        _l("Lines of the bank’s statement that nobody has matched"),
        _l("Open the line and say what it is. Most have a suggestion that needs only to be confirmed."),
    ),
    "unidentified money": (
        _l("Money at the bank from somebody unknown"),
        _l("Find out who sent it, then match it to a gift. If nobody claims it, send it back."),
    ),
    "standing order": (
        _l("Standing orders that stayed out"),
        _l("Look whether the statement shows it under another name. If the donor has ended it, end it here as well."),
    ),
    "unbanked cash": (
        _l("Cash that was counted more than a week ago"),
        _l("Pay it in, note the slip’s reference, and confirm the line when the statement shows it."),
    ),
    "bank difference": (
        _l("Bank accounts whose balance does not agree"),
        _l("Some lines were never imported. Download the statement again from the day of the last agreement, and "
           "import it; lines that are here already are left out."),
    ),
}  # fmt: skip


def title(kind: str) -> str:
    """'Receipts that could not be made or sent' for 'receipt'; a kind that is new here is called by its own name."""
    return str(WORDS[kind][0]) if kind in WORDS else kind


def advice(kind: str) -> str:
    """What to do about it; nothing for a kind that is new here."""
    return str(WORDS[kind][1]) if kind in WORDS else ""
