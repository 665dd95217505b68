"""Forgetting what the bank said of somebody: a line keeps its day and its amount, and loses its words."""

from collections.abc import Sequence

from sqlalchemy import select, update

from app.bank.part import BankLinePart
from app.bank.statement import BankLine
from app.banking.match import BankMatch
from app.extensions import db

# So many names fit into one question on either database.
_RUN = 500


def forget(subjects: Sequence[str]) -> None:
    """Empty the words of every line that is one of these subjects in the books; the caller commits.

    Its identity stays, so that the same file taken in again adds nothing and brings no words back.
    """
    for start in range(0, len(subjects), _RUN):
        theirs = select(BankMatch.line_id).where(
            BankMatch.subject.in_(subjects[start : start + _RUN]), BankMatch.undone_by.is_(None)
        )
        db.session.execute(update(BankLine).where(BankLine.id.in_(theirs)).values(payer="", details=""))
        db.session.execute(update(BankLinePart).where(BankLinePart.line_id.in_(theirs)).values(payer="", details=""))
