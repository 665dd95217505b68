"""The outbox: while Whipround is tried out, the mail that would have been sent stands here to be read.

Only practice mode opens it: mails are private.
"""

import email
import email.policy
import io
from datetime import UTC
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from app.services import services

bp = Blueprint("outbox", __name__, url_prefix="/outbox")

# The list shows the latest; older ones stay in the folder.
_SHOWN = 200


@bp.before_request
def only_in_practice() -> None:
    """Even if it is registered outside practice mode, there is nothing here."""
    if not services().settings.practice:
        abort(404)


@bp.get("")
def index() -> ResponseReturnValue:
    """All mails, the latest first."""
    files = sorted(services().settings.outbox.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    mails = [_summary(file.stem, _read(file)) for file in reversed(files[-_SHOWN:])]
    mails.sort(key=lambda mail: mail["date"], reverse=True)
    return render_template("public/outbox.html", mails=mails)


@bp.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """One mail: who it would go to, its words, and what is attached."""
    mail = _mail(name)
    words = mail.get_body(("plain",))
    return render_template(
        "public/outbox_mail.html",
        mail=_summary(name, mail),
        words=words.get_content() if words else "",
        files=[(place, part.get_filename()) for place, part in enumerate(mail.iter_attachments())],
    )


@bp.get("/<name>/<int:place>")
def attachment(name: str, place: int) -> ResponseReturnValue:
    """One attached file, always as a download."""
    files = list(_mail(name).iter_attachments())
    if place >= len(files):
        abort(404)
    part = files[place]
    content = part.get_payload(decode=True)
    return send_file(
        io.BytesIO(content if isinstance(content, bytes) else b""),
        mimetype=part.get_content_type(),
        as_attachment=True,
        download_name=part.get_filename() or "attachment",
    )


@bp.after_request
def keep_nothing(response: Response) -> Response:
    """What is in the outbox changes, and is nobody's to keep."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _mail(name: str) -> EmailMessage:
    """The mail whose file has this name; names are hexadecimal, so that none can point outside the folder."""
    if not name or set(name) - set("0123456789abcdef"):
        abort(404)
    file = services().settings.outbox / f"{name}.eml"
    return _read(file) if file.is_file() else abort(404)


def _read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def _summary(name: str, mail: EmailMessage) -> dict[str, Any]:
    return {
        "name": name,
        "to": mail["To"],
        "sender": mail["From"],
        "subject": mail["Subject"],
        "date": parsedate_to_datetime(mail["Date"]).astimezone(UTC),
        "attached": sum(1 for _part in mail.iter_attachments()),
    }
