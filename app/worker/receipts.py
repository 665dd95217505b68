"""Receipts: each one that is due is numbered, rendered and filed, and then mailed, step by step.

They are two duties over the same rows, so that a mail server that hangs keeps no receipt from being made.

One on paper is not mailed: the office prints it. Every step is committed by itself and is skipped when it has been
done, so a kill at any moment repeats at most the step it hit: numbering and filing do nothing the second time, and a
mail sent again has the same Message-ID.
"""

import logging

from sqlalchemy import select

from app.config import Settings
from app.database import db, writing
from app.donations import receipts
from app.emails import sending
from app.receipts import filing, glyphs
from app.receipts.facts import thawed
from app.receipts.receipt import DUE, Receipt
from app.receipts.rendering import Renderer
from app.worker.duties import Duty

log = logging.getLogger(__name__)


def making(settings: Settings, renderer: Renderer) -> Duty:
    """The duty of receipts that have not been numbered, rendered and filed."""

    def make(receipt_id: int) -> None:
        receipt = _look(receipt_id)
        if receipt.state == DUE:
            _issue(receipt, settings)
            receipt = _look(receipt_id)
        if receipt.rendered_at is None:
            _render(receipt, renderer)

    return Duty("receipt", Receipt, filing.unfinished() & Receipt.rendered_at.is_(None), make)


def mailing(settings: Settings) -> Duty:
    """The duty of receipts that are filed, not on paper, and have not been mailed."""

    def mail(receipt_id: int) -> None:
        receipt = _look(receipt_id)
        if not receipt.on_paper:
            _mail(receipt, settings)

    return Duty("receipt's mail", Receipt, filing.unfinished() & Receipt.rendered_at.is_not(None), mail)


def _look(receipt_id: int) -> Receipt:
    """The receipt as it is now; the reading transaction ends here."""
    db.session.rollback()
    receipt = db.session.scalars(select(Receipt).where(Receipt.id == receipt_id)).one()
    db.session.expunge(receipt)
    db.session.rollback()
    return receipt


def _issue(receipt: Receipt, settings: Settings) -> None:
    draft = receipts.draft(receipt, organisation=settings.organisation, base_url=settings.base_url)
    db.session.rollback()
    missing = glyphs.lacking(draft.texts())
    if missing:
        # Said by code point alone: the log is no place for a name.
        log.warning("receipt %s is printed without some signs: %s", receipt.id, glyphs.missing(missing))
    printed = draft.changed(lambda text: glyphs.without(text, missing)) if missing else draft
    with writing():
        receipts.issue(
            receipt.id, draft, organisation=settings.organisation, base_url=settings.base_url, printed=printed
        )


def _render(receipt: Receipt, renderer: Renderer) -> None:
    pdf = renderer.render(thawed(receipt.facts or "{}", receipt.personal).frozen())
    with writing():
        now = filing.locked(receipt.id)
        # Whoever was forgotten while it was drawn gets no PDF.
        if now is not None and now.personal is not None:
            filing.file(receipt.id, pdf)


def _mail(receipt: Receipt, settings: Settings) -> None:
    written = receipts.mail(receipt, settings.organisation)
    db.session.rollback()
    sending.send_from(settings, written)
    with writing():
        filing.mailed(receipt.id)
