"""Opening an appeal: its reference, and the income account that its gifts are booked on."""

import secrets

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal, AppealAccount
from app.articles import versions
from app.errors import DomainError
from app.extensions import db
from app.ledger import accounts


class SlugTaken(DomainError):
    """Another appeal has this address."""


def open_appeal(appeal: Appeal) -> Appeal:
    """Add a new appeal with an income account of its own; the caller commits.

    `appeal` comes with everything but its reference and time stamp. Raises `SlugTaken`.
    """
    if db.session.scalar(select(Appeal.id).where(Appeal.slug == appeal.slug)) is not None:
        raise SlugTaken(f"there is an appeal at /appeals/{appeal.slug} already")
    appeal.reference = secrets.token_hex(8)
    appeal.updated_at = clock.now()
    db.session.add(appeal)
    db.session.flush()
    code = f"income:appeal:{appeal.reference}:{appeal.currency}"
    account = accounts.open_account(code, "income", appeal.title, appeal.currency)
    db.session.add(AppealAccount(appeal_id=appeal.id, account_id=account))
    versions.keep(appeal)
    return appeal
