"""What a line of the bank's statement was found to be, by name and with the way to it: which gift, cheque, collection
or payout; and the way from one of those to its line."""

from collections.abc import Iterable, Sequence

from flask import url_for
from flask_babel import gettext as _

from app.bank.booking import BankMatch
from app.donations import count_sheet
from app.donations.donation import find_gifts
from app.ledger import entries
from app.office.books.words import method_name
from app.subject import Kind, Subject


def named(matches: Sequence[BankMatch]) -> dict[int, tuple[str, str | None]]:
    """For each match (by its id) what it is called, and the address of its page; nothing for what has no name of its
    own, such as a charge of the bank's."""
    subjects = {each.id: each.subject for each in matches}
    # A payment of a standing order is a gift of its own, which its entry is about.
    of_orders = {each.entry_id for each in matches if subjects[each.id].kind == "standing-order"}
    about = entries.subjects(of_orders)
    subjects |= {each.id: about[each.entry_id] for each in matches if each.entry_id in about}
    gifts = {each.reference: each for each in find_gifts(_references(subjects.values(), "donation"))}
    sheets = {each.reference: each for each in count_sheet.those(_references(subjects.values(), "count"))}
    found: dict[int, tuple[str, str | None]] = {}
    for key, subject in subjects.items():
        kind, reference = subject.kind, subject.reference
        if kind == "donation" and reference in gifts:
            gift = gifts[reference]
            words = _("%(how)s of %(name)s", how=method_name(gift.method), name=gift.name or _("someone"))
            found[key] = words, url_for("office.donations.show", reference=reference)
        elif kind == "count" and reference in sheets:
            words = _("Collection at %(place)s", place=sheets[reference].place)
            found[key] = words, url_for("office.collections.show", reference=reference)
        elif kind == "cash-difference":
            found[key] = _("Difference between counted and banked"), None
        elif kind == "payout":
            found[key] = _("Payout %(number)s", number=reference), url_for("office.payouts.show", payout_id=reference)
    return found


def line_address(source: str | None) -> str | None:
    """The page of the line that a source ('bank:<line>', 'bank:<line>:2') is of."""
    if source is None or not source.startswith("bank:"):
        return None
    return url_for("office.bank.line", line=source.split(":")[1])


def _references(subjects: Iterable[Subject], kind: Kind) -> set[str]:
    return {each.reference for each in subjects if each.kind == kind}
