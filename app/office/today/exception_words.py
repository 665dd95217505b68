"""What each kind of exception is called, and what to do about it, in words."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "unclaimed charge": (
        _l("Card payments that belong to no gift"),
        _l("Look the charge up at Stripe; the link leads to it. Somebody may have paid by a link of Stripe’s own: give "
           "it back there, or let it stand here and say why."),
    ),
    "pending event": (
        _l("News from Stripe that could not be applied"),
        _l("It is tried again by itself, and at once when you press the button. If it stays, what is the matter says "
           "why."),
    ),
    "receipt": (
        _l("Receipts that could not be made or sent"),
        _l("They are tried again by themselves. If they stay, the worker may not be running, or the mail server "
           "refuses the address: look at the gift and correct the address."),
    ),
    "failed monthly gift": (
        _l("Monthly gifts that could not be taken"),
        _l("The donor has been mailed a link to pay in another way, and Stripe tries again. Nothing needs doing, "
           "unless they write to you."),
    ),
    "second subscription": (
        _l("Plans that two subscriptions charge for"),
        _l("End the one named below at Stripe; the link leads to it. Then give back here what it took."),
    ),
    "unknown fee": (
        _l("Gifts whose fee is not known"),
        _l("Stripe is asked for it every hour. If it stays for days, look the charge up in Stripe’s Dashboard."),
    ),
    "dispute": (
        _l("Disputes that want an answer"),
        _l("Answer it at Stripe before the date, or accept it there; the link leads to it. The money is counted until "
           "it is lost. Give nothing back while it is open."),
    ),
    "disputed refund": (
        _l("Refunds that Stripe refused because the payment is disputed"),
        _l("The donor’s bank has asked for the money, so Stripe gives none back. Answer the dispute, or accept it, at "
           "Stripe. Pay nothing another way: the donor would get it twice."),
    ),
    "contradiction": (
        _l("News from Stripe that contradicts itself"),
        _l("Nothing of it was applied. Compare what stands below with Stripe’s Dashboard. If it says so too, write to "
           "Stripe; if Stripe knows nothing of it, somebody may have the webhook’s signing secret: replace it."),
    ),
    "closed dispute": (
        _l("Disputes that are closed and not cleared"),
        _l("Stripe withdrew another amount than what was lost and what came back. Compare the dispute in Stripe’s "
           "Dashboard with the entries of the gift, and write to Stripe if a movement is missing there."),
    ),
    "refund": (
        _l("Refunds that did not go through"),
        _l("Stripe could not give the money back, so it is with us again: the card or the account may be closed. Ask "
           "the donor for another way to pay it, and look first that no dispute is open."),
    ),
    "payout": (
        _l("Payouts that came back or do not add up"),
        _l("If one came back, check the bank details in Stripe’s Dashboard. If one does not add up, look at its parts "
           "under Payouts."),
    ),
    "movement": (
        _l("Movements at Stripe that the books cannot explain"),
        _l("Look up what it was at Stripe, then say here where it belongs."),
    ),
    "difference": (
        _l("Currencies in which the books and Stripe differ"),
        _l("Have what is missing taken in from Stripe, with the button above. What still differs is listed under "
           "Payouts."),
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
    "announced transfer": (
        _l("Transfers that were announced and have not come"),
        _l("Look whether the statement shows it under another name. If it will not come, withdraw it; nothing was "
           "booked for it."),
    ),
    "transfer booked early": (
        _l("Transfers that are in the books, and on no statement"),
        _l("They were booked when they were announced, as was once the rule. Open each and make it a promise: it "
           "leaves the books today, and is a gift once the bank shows it."),
    ),
    "unbanked gift": (
        _l("Gifts in cash of more than a week ago"),
        _l("Pay them in, note the slip’s reference, and confirm the line when the statement shows it."),
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
