"""Exceptions: everything that the books cannot settle by themselves, each with what to do about it."""

from itertools import groupby
from operator import attrgetter

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app.office import exception_words
from app.office.access import AUDITOR, TREASURER, allow
from app.proof import exceptions
from app.proof.exception import Found

bp = Blueprint("exceptions", __name__, url_prefix="/exceptions")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """All of them, by kind; the books and Stripe are compared as a whole, which takes a moment."""
    found = sorted(exceptions.find(), key=attrgetter("kind"))
    kinds = [
        (exception_words.title(kind), exception_words.advice(kind), [(each, _address(each)) for each in them])
        for kind, them in groupby(found, key=attrgetter("kind"))
    ]
    return render_template("office/exceptions.html", kinds=kinds, number=len(found))


def _address(found: Found) -> str | None:
    """Where to look at it."""
    match found.kind:
        case "payout":
            return url_for("office.payouts.show", payout_id=found.reference)
        case "unknown fee":
            return url_for("office.donations.show", reference=found.reference)
        case "bank line" | "unidentified money":
            return url_for("office.bank.line", line=found.reference)
        case "bank difference":
            return url_for("office.bank.show", account=found.reference)
        case "standing order":
            return url_for("office.standing_orders.index")
        case "unbanked cash":
            return url_for("office.collections.show", reference=found.reference)
        case _:
            return None
