"""Receipts by link: the PDF for whoever has the link, and plain words when there is none yet or no longer."""

import hashlib

import pytest

from app.database import db, writing
from app.receipts import filing, issuing
from app.receipts.receipt import Receipt
from tests.receipts.stage import a_due_receipt, some_facts


def an_issued_receipt(pdf: bytes | None = b"%PDF-1.7 a receipt") -> Receipt:
    receipt = a_due_receipt()
    with writing():
        issuing.issue(receipt.id, some_facts())
    if pdf:
        with writing():
            filing.file(receipt.id, pdf)
    return db.session.get_one(Receipt, receipt.id)


def test_the_link_shows_the_pdf_under_a_name_one_would_file_it_by(client):
    receipt = an_issued_receipt()
    answer = client.get(f"/receipts/{receipt.reference}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data == b"%PDF-1.7 a receipt"
    assert answer.headers["Content-Disposition"] == f'inline; filename="receipt-{receipt.series}-000001.pdf"'
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()}"'


def test_no_cache_keeps_a_receipt_and_no_search_engine_lists_it(client):
    headers = client.get(f"/receipts/{an_issued_receipt().reference}").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"


def test_whoever_has_the_same_bytes_is_not_sent_them_again(client):
    address = f"/receipts/{an_issued_receipt().reference}"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("issued", [False, True])
def test_a_receipt_that_is_not_rendered_yet_says_that_it_is_being_made(client, issued):
    receipt = an_issued_receipt(pdf=None) if issued else a_due_receipt()
    answer = client.get(f"/receipts/{receipt.reference}")
    assert answer.status_code == 202
    assert "Your receipt is being made" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("state", "words"), [("void", "has been made void"), ("replaced", "has been replaced")])
def test_a_receipt_that_no_longer_counts_says_so(client, state, words):
    receipt = an_issued_receipt()
    with writing():
        db.session.get_one(Receipt, receipt.id).state = state
    answer = client.get(f"/receipts/{receipt.reference}")
    assert answer.status_code == 410
    assert words in answer.text


@pytest.mark.parametrize("reference", ["unknown", "0" * 32, "%00", "..%2f..%2fetc"])
def test_a_reference_that_nobody_has_leads_nowhere(client, reference):
    assert client.get(f"/receipts/{reference}").status_code == 404
