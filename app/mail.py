"""Mail: one message to one person, by SMTP, or into the outbox folder when no server is set.

The same Message-ID sent again is the same message, byte for byte: mail programs show it once, and the outbox folder
keeps one file. Messages of errors carry no address and nothing a server said, because they reach logs.
"""

import hashlib
import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.errors import DomainError

_SECONDS_A_STEP = 15
# Neither side may hold what has a meaning of its own in a header (RFC 5322, 3.2.3 "specials"), spaces or controls.
_ADDRESS = re.compile(r"""([^\s\x00-\x1f\x7f@,;:<>()\[\]\\"]+)@([^\s\x00-\x1f\x7f@,;:<>()\[\]\\"]+)""")
# Seven bits pass every server; only an address of more than ASCII asks for one that takes eight (RFC 6531).
_PLAIN = SMTP.clone(cte_type="7bit")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class MailUnavailable(DomainError):
    """The mail server could not be reached, or said to try again later."""


class MailRefused(DomainError):
    """The mail cannot be sent as it is: the server refuses it for good, or an address is not one."""


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


def send(mail: Mail, *, sender: str, smtp_url: str | None, outbox: Path) -> None:
    """Send a mail through `smtp_url` ('smtp[s]://user:password@host:port'), or without one write it to `outbox`.

    Returns once the server (or the disk) has taken it over. Raises `MailUnavailable` or `MailRefused`. Must be
    called with no transaction open.
    """
    message, recipient = _written(mail, sender)
    if smtp_url is None:
        _keep(message, mail.message_id, outbox)
        return
    try:
        with _connected(smtp_url) as server:
            server.send_message(message, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _said in refusal.recipients.values()]
        raise _refusal(max(codes, default=0)) from None
    except smtplib.SMTPAuthenticationError as refusal:
        raise MailUnavailable(f"the mail server does not accept our name and password ({refusal.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("the mail server lacks something that this mail or its setting needs") from None
    except smtplib.SMTPResponseException as refusal:
        raise _refusal(refusal.smtp_code) from None
    except (smtplib.SMTPException, OSError) as failure:
        raise MailUnavailable(f"the mail server could not be reached: {type(failure).__name__}") from None


def _refusal(code: int) -> DomainError:
    """Codes from 500 on are final, others mean "later" (RFC 5321, 4.2.1)."""
    if code >= 500:
        return MailRefused(f"the mail server refused the mail for good ({code})")
    return MailUnavailable(f"the mail server said to try later ({code})")


def _written(mail: Mail, sender: str) -> tuple[EmailMessage, str]:
    """The message as it goes out, and its recipient. Line breaks in headers are refused by the email package."""
    try:
        local, domain = _parts(mail.to)
        recipient = f"{local}@{domain}"
        message = EmailMessage(policy=_PLAIN if recipient.isascii() else SMTPUTF8)
        message["Subject"] = mail.subject
        message["From"] = sender
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


@contextmanager
def _connected(url: str) -> Iterator[smtplib.SMTP]:
    """A session with the server: encrypted when it offers that, and named to it when the URL has a name."""
    parts = urlsplit(url)
    host, here = parts.hostname or "", parts.hostname in _THIS_MACHINE
    # A server on this machine is reached without a wire, and mostly has a certificate that nobody signed.
    context = ssl._create_unverified_context() if here else ssl.create_default_context()  # noqa: S323
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_SECONDS_A_STEP, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS_A_STEP)
    with server:
        server.ehlo()
        encrypted = parts.scheme == "smtps"
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            encrypted = True
        if parts.username:
            if not (encrypted or here):
                raise MailUnavailable("the mail server offers no encryption, so our password is not sent to it")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _keep(message: EmailMessage, message_id: str, outbox: Path) -> None:
    """Write the message to the outbox folder, whole or not at all, and durably: a kill loses nothing kept."""
    outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    unfinished = outbox / f"{name}.{os.getpid()}.part"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(outbox / f"{name}.eml")
    folder = os.open(outbox, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
