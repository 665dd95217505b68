"""The receipts' duty: numbered, rendered, filed, mailed; once, whatever happens in between."""

import email
import email.policy
import hashlib

import pytest
from sqlalchemy import select

from app.extensions import db
from app.receipts.receipt import Receipt, ReceiptFile
from app.worker import receipts
from tests.receipts.stage import a_due_receipt


@pytest.mark.both_databases
def test_a_due_receipt_is_numbered_rendered_filed_and_mailed(app, settings, renderer):
    receipt = a_due_receipt()
    duty = receipts.duty(settings, renderer)
    assert duty.work_once()
    assert not duty.work_once()
    receipt = db.session.get_one(Receipt, receipt.id)
    assert receipt.last_error is None
    assert receipt.state == "issued"
    assert receipt.number == 1
    assert receipt.mailed_at is not None
    kept = db.session.scalars(select(ReceiptFile)).one()
    assert kept.pdf.startswith(b"%PDF")
    assert kept.sha256 == hashlib.sha256(kept.pdf).hexdigest()
    (path,) = settings.outbox.glob("*")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "lucja@example.org"
    assert [part.get_content() for part in mail.iter_attachments()] == [kept.pdf]
