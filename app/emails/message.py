"""An email: one message to one person, written the same, byte for byte, each time it is written.

Mail programs show a message they have already had once, and the outbox folder keeps one file of it.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from typing import Any

from app.errors import DomainError

# Neither side may hold what has a meaning of its own in a header (RFC 5322, 3.2.3 "specials"), spaces or controls.
_ADDRESS = re.compile(r"""([^\s\x00-\x1f\x7f@,;:<>()\[\]\\"]+)@([^\s\x00-\x1f\x7f@,;:<>()\[\]\\"]+)""")


class _WholeSubjects(EmailPolicy):
    """Encodes a subject of more than ASCII as a whole (RFC 2047). The library's own folding encodes some of its words
    and not others, and loses a space between them now and then."""

    def fold(self, name: str, value: Any) -> str:
        """The header as it stands in the message."""
        if name.lower() != "subject" or str(value).isascii():
            plain: str = super().fold(name, value)
            return plain
        encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same in bytes."""
        return (
            self.fold(name, value).encode("ascii", "surrogateescape")
            if name.lower() == "subject"
            else super().fold_binary(name, value)
        )


# Seven bits pass every server; only an address of more than ASCII asks for one that takes eight (RFC 6531).
_PLAIN = _WholeSubjects(linesep="\r\n", cte_type="7bit")


class MailRefused(DomainError):
    """The mail cannot be sent as it is: the server refuses it for good, or an address is not one."""

    final = True


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `kind` is its media type ('application/pdf')."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `message_id` is without angle brackets; `date` is what the message says, whenever it is sent."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    attachments: tuple[Attachment, ...] = ()


def written(mail: Mail, sender: str, reply_to: str = "") -> tuple[EmailMessage, str]:
    """The message as it goes out, and its recipient; `reply_to` is where answers go. Raises `MailRefused`.

    Line breaks in headers are refused by the email package, so that no field can add a header of its own.
    """
    try:
        local, domain = _parts(mail.to)
        recipient = f"{local}@{domain}"
        message = EmailMessage(policy=_PLAIN if recipient.isascii() else SMTPUTF8)
        message["Subject"] = mail.subject
        message["From"] = sender
        if reply_to:
            message["Reply-To"] = reply_to
        message["To"] = Address(username=local, domain=domain)
        message["Date"] = format_datetime(mail.date)
        message["Message-ID"] = f"<{mail.message_id}>"
    except (ValueError, MessageError, IndexError):
        raise MailRefused("an address or another header is not one that can be sent") from None
    # Tells other programs not to answer with a note of absence (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for file in mail.attachments:
        main, _, sub = file.kind.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"={hashlib.sha256(f'{mail.message_id} {place}'.encode()).hexdigest()[:40]}=")
    return message, recipient


def _parts(address: str) -> tuple[str, str]:
    """An address's two sides, the domain as DNS writes it. Raises `ValueError` for what is not one plain address."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError("not an address")
    return match[1], match[2].encode("idna").decode()
