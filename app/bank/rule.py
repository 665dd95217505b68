"""Rules: what the treasurer said of one line of the bank is suggested for further lines like it.

A rule books nothing: a person confirms every line. Its words may name a person, so they are erased with them.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.bank.account import BankAccount
from app.bank.statement import BankLine
from app.database import Base, Key, db, read_locked
from app.errors import DomainError
from app.subject import Subject, SubjectText

# What a rule can say that a line is; `BankMatch` has the same kinds.
KINDS = ("gift", "bill", "income", "transfer")


class NoWords(DomainError):
    """The bank says nothing of this line by which another one would be known as like it."""


class BankRule(Base):
    """Lines of an account, money in (`incoming`) or out, that say the same as `payer` and `details`, are suggested as
    `kind`. `what` is the appeal's reference for a gift, the code of the ledger's account for a bill and for other
    income, and the reference of our other bank account for a transfer."""

    __tablename__ = "bank_rules"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"), index=True)
    incoming: Mapped[bool]
    payer: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(10))
    what: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    made_by: Mapped[Subject] = mapped_column(SubjectText(80))


def folded(words: str) -> str:
    """Words of the bank without capitals, and with one space where there are several."""
    return " ".join(words.casefold().split())


def make(line: BankLine, kind: str, what: str, by: str) -> BankRule:
    """Suggest this for lines like this one from now on, instead of what was suggested for them before. The caller
    commits. Raises `NoWords`."""
    if not folded(line.said):
        raise NoWords("the bank says nothing about this line")
    account = read_locked(select(BankAccount).where(BankAccount.id == line.account_id)).one()
    for earlier in for_lines([line], account).values():
        db.session.delete(earlier)
    made = BankRule(
        reference=secrets.token_hex(8),
        account_id=line.account_id,
        incoming=line.amount_minor > 0,
        payer=line.payer,
        details=line.details,
        kind=kind,
        what=what,
        made_at=clock.now(),
        made_by=by,
    )
    db.session.add(made)
    db.session.flush()
    return made


def of_account(account: BankAccount) -> Sequence[BankRule]:
    """The rules for an account, the latest first."""
    own = select(BankRule).where(BankRule.account_id == account.id)
    return db.session.scalars(own.order_by(BankRule.id.desc())).all()


def one(account: BankAccount, reference: str) -> BankRule | None:
    """The rule of an account with this reference."""
    return db.session.scalar(select(BankRule).where(BankRule.account_id == account.id, BankRule.reference == reference))


def for_lines(lines: Iterable[BankLine], account: BankAccount) -> dict[int, BankRule]:
    """The rule that fits each line of an account, by the line's id; nothing for a line that none fits."""
    rules = {(each.incoming, folded(each.payer), folded(each.details)): each for each in of_account(account)}
    keys = {line.id: (line.amount_minor > 0, folded(line.payer), folded(line.details)) for line in lines}
    return {line_id: rules[key] for line_id, key in keys.items() if key in rules}


def remove(rule: BankRule) -> None:
    """Suggest it no more; the caller commits."""
    db.session.delete(rule)
    db.session.flush()


def forget(said: Iterable[str]) -> None:
    """Remove the rules of every account that know a person by one of these words: by the payer, or by what else the
    bank says where it names none. The caller commits."""
    theirs = {words for each in said if (words := folded(each))}
    if not theirs:
        return
    for each in db.session.scalars(select(BankRule)):
        if folded(each.payer or each.details) in theirs:
            db.session.delete(each)
    db.session.flush()
