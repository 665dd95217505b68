"""What is said when cash, cheques or a bank account would go below zero, or an appeal would lose one cheque twice."""

from collections.abc import Sequence
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from app.donations.donation import Donation
from app.ledger.in_hand import BelowZero
from app.money import Money, written


def refused(refusal: BelowZero) -> str:
    """Why nothing was booked, and what is missing."""
    named = {"missing": written(refusal.missing), "day": day(refusal.day)}
    if refusal.code.startswith("assets:cheques:"):
        return str(
            _(
                "Nothing was booked, because the cheques in hand would be %(missing)s short on "
                "%(day)s. Enter the missing cheque first, with the date it was received.",
                **named,
            )
        )
    return str(
        _(
            "Nothing was booked, because the cash in hand would be %(missing)s short on %(day)s. "
            "Enter the missing count first, with the date it was counted.",
            **named,
        )
    )


def overdrawn(left: Money) -> str:
    """What is asked before a bank account goes below zero."""
    return str(_("The bank account would have a balance of %(left)s.", left=written(left)))


def bounced_and_paid_back(cheques: Sequence[Donation]) -> str:
    """What is said before cheques bounce of which something was paid back by bank; empty when nothing was."""
    return " ".join(
        _(
            "%(back)s of the cheque from %(name)s was paid back by bank already. If the cheque bounces too, the appeal "
            "loses this money twice: ask the donor to return it, or undo the match of that payment if it was for "
            "something else.",
            back=written(Money(each.paid_back_minor, each.currency)),
            name=each.name or _("someone"),
        )
        for each in cheques
        if each.paid_back_minor
    )


def day(each: date) -> str:
    """A day in words: '3 November 2026'."""
    return str(format_date(each, "d MMMM y"))
