"""Receipts by link: whoever has the unguessable link may read the receipt, and nobody else comes across it."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.receipts import filing
from app.receipts.receipt import REPLACED, VOID

bp = Blueprint("receipts", __name__)


@bp.get("/receipts/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """The PDF; or a page that says that it is not rendered yet, or that the receipt no longer counts."""
    receipt, file = filing.find(reference) or abort(404)
    erased = file is not None and not file.pdf
    if receipt.state in (VOID, REPLACED) or erased:
        return render_template("public/receipt_gone.html", receipt=receipt, new=filing.after(receipt)), 410
    if file is None:
        return render_template("public/receipt_coming.html", receipt=receipt), 202
    response = Response(file.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="receipt-{receipt.printed_number}.pdf"'
    # Browsers show a PDF with viewers of their own, which the pages' policy may keep from working.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    response.set_etag(file.sha256)
    return response.make_conditional(request)


@bp.after_request
def keep_to_the_reader(response: Response) -> Response:
    """A receipt is somebody's own: no cache keeps it, no search engine lists it, no other site learns its address."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
