"""What each kind of exception is called, and what to do about it, in words."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "unclaimed charge": (
        _l("Card payments without a gift"),
        _l(
            "Follow the link to the charge at Stripe. Someone may have paid through one of Stripe’s "
            "own links. Refund it there, or accept it here with a reason."
        ),
    ),
    "pending event": (
        _l("Messages from Stripe that could not be processed"),
        _l("These are retried automatically, or at once if you use the button. If one stays here, “Problem” says why."),
    ),
    "receipt": (
        _l("Receipts that could not be made or sent"),
        _l(
            "These are retried automatically. If one stays here, the worker may not be running or "
            "the mail server may refuse the address: open the gift and correct the address."
        ),
    ),
    "failed monthly gift": (
        _l("Monthly payments that failed"),
        _l(
            "The donor has been sent a link to pay in another way, and Stripe will try again. You do "
            "not need to do anything unless they contact you."
        ),
    ),
    "plan of an ended appeal": (
        _l("Monthly gifts whose appeal has ended"),
        _l(
            "They continue for the same purpose. The donor was asked by email, once, and can give it to another appeal "
            "or end it. Follow the link to do that for a donor who agreed, or accept this with a reason."
        ),
    ),
    "second subscription": (
        _l("Monthly gifts charged by two subscriptions"),
        _l("Follow the link and cancel the subscription named below at Stripe. Then refund here what it took."),
    ),
    "unknown fee": (
        _l("Gifts without a known fee"),
        _l(
            "We ask Stripe for it every hour. If it is still missing after some days, look up the "
            "charge in Stripe’s Dashboard."
        ),
    ),
    "dispute": (
        _l("Disputes to answer"),
        _l(
            "Follow the link and answer the dispute at Stripe before the date, or accept it there. "
            "The money counts until the dispute is lost. Do not refund the gift while it is open."
        ),
    ),
    "disputed refund": (
        _l("Refunds refused because the payment is disputed"),
        _l(
            "The donor’s bank has asked for the money, so Stripe will not refund it. Answer the "
            "dispute or accept it at Stripe. Do not pay the donor in any other way, or they will get the money twice."
        ),
    ),
    "contradiction": (
        _l("Contradictory messages from Stripe"),
        _l(
            "None of this was applied. Compare the details below with Stripe’s Dashboard. If the "
            "Dashboard agrees, contact Stripe. If Stripe has no record of it, someone may have the "
            "webhook’s signing secret: replace the secret."
        ),
    ),
    "closed dispute": (
        _l("Closed disputes that do not add up"),
        _l(
            "The amount Stripe withdrew is not the amount lost plus the amount returned. Compare the "
            "dispute in Stripe’s Dashboard with the entries of the gift, and contact Stripe if a "
            "movement is missing there."
        ),
    ),
    "refund": (
        _l("Failed refunds"),
        _l(
            "Stripe could not refund the money, so it was returned to us: the card or the account "
            "may be closed. Check that no dispute is open, then ask the donor how else you can pay them."
        ),
    ),
    "payout": (
        _l("Payouts that were returned or do not add up"),
        _l(
            "If a payout was returned, check the bank details in Stripe’s Dashboard. If it does not "
            "add up, check its parts under Payouts."
        ),
    ),
    "movement": (
        _l("Unexplained movements at Stripe"),
        _l("Find out at Stripe what it was, then choose its account here."),
    ),
    "difference": (
        _l("Currencies in which the books and Stripe differ"),
        _l("Use the button above to fetch what is missing from Stripe. What still differs is listed under Payouts."),
    ),
    "bank line": (
        _l("Bank lines to match"),
        _l("Open each line and match it. Most have a suggestion that you only need to confirm."),
    ),
    "unidentified money": (
        _l("Bank payments from unknown donors"),
        _l("Find out who sent the money, then book it as a gift. If you cannot find out, send it back."),
    ),
    "standing order": (
        _l("Standing orders that did not arrive"),
        _l("Check whether the statement shows it under another name. If the donor has ended it, end it here as well."),
    ),
    "announced transfer": (
        _l("Promised transfers that have not arrived"),
        _l(
            "Check whether the statement shows it under another name. If it will not arrive, "
            "withdraw it. Nothing was booked for it."
        ),
    ),
    "transfer booked early": (
        _l("Transfers in the books but not on a statement"),
        _l(
            "An earlier version of Whipround booked these when they were promised. Open each and "
            "change it to a promise: it leaves the books today and becomes a gift once it is on the bank statement."
        ),
    ),
    "unbanked gift": (
        _l("Cash gifts more than a week old"),
        _l("Pay them in, enter the slip’s reference, and match the line when it is on the statement."),
    ),
    "unbanked cash": (
        _l("Cash counted more than a week ago"),
        _l("Pay it in, enter the slip’s reference, and match the line when it is on the statement."),
    ),
    "bank difference": (
        _l("Bank accounts that do not agree with the books"),
        _l(
            "Some lines were never imported. Download the statement again from the last date on "
            "which it agreed, and import it. Lines already imported are left out."
        ),
    ),
}


def title(kind: str) -> str:
    """'Receipts that could not be made or sent' for 'receipt'; a kind that is new here is called by its own name."""
    return str(WORDS[kind][0]) if kind in WORDS else kind


def advice(kind: str) -> str:
    """What to do about it; nothing for a kind that is new here."""
    return str(WORDS[kind][1]) if kind in WORDS else ""
