"""Sending: one mail through an SMTP server, or into the outbox folder when none is set.

What counts is the answer to the mail itself, after its last line: 250 means that the server has taken it over, whatever
becomes of the session afterwards. When the connection breaks before that answer, nobody can say whether the mail was
taken; then it is sent again, with the same Message-ID.

Messages of errors carry no address and nothing that a server said, because they reach logs.

The outbox folder: where mail is kept while no SMTP server is set, one file a message.
"""

import hashlib
import os
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import unquote, urlsplit

from app.config import Settings
from app.emails.message import Mail, MailRefused, written
from app.errors import DomainError


def keep(message: EmailMessage, message_id: str, outbox: Path) -> None:
    """Write a message to the folder, whole or not at all, and durably: a kill loses nothing that was kept.

    The same Message-ID is the same file.
    """
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


_SECONDS_A_STEP = 15
# A server may answer each step in time and yet never come to an end; then the connection is cut.
_SECONDS_IN_ALL = 120
# How long we wait for an answer to "goodbye", which changes nothing any more.
_SECONDS_TO_PART = 3
# RFC 5321, 4.2.3: the mail has been taken over.
_TAKEN = 250
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class MailUnavailable(DomainError):
    """The mail server could not be reached, or said to try again later."""


def send_from(settings: Settings, mail: Mail) -> None:
    """Send a mail as the organisation, as `send` does."""
    send(
        mail,
        sender=settings.mail_from,
        reply_to=settings.organisation.email,
        smtp_url=settings.smtp_url,
        outbox=settings.outbox,
    )


def send(mail: Mail, *, sender: str, smtp_url: str | None, outbox: Path, reply_to: str = "") -> None:
    """Send a mail through `smtp_url` ('smtp[s]://user:password@host:port'), or without one write it to `outbox`.

    `reply_to` is where answers go, if not to the sender. Returns once the server (or the disk) has taken it over.
    Raises `MailUnavailable` or `MailRefused`. Must be called with no transaction open.
    """
    message, recipient = written(mail, sender, reply_to)
    if smtp_url is None:
        keep(message, mail.message_id, outbox)
        return
    answered = _Answered()
    try:
        with _connected(smtp_url, answered) as server:
            server.send_message(message, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _said in refusal.recipients.values()]
        raise _refusal(max(codes, default=0)) from None
    except smtplib.SMTPAuthenticationError as refusal:
        raise MailUnavailable(f"the mail server does not accept our name and password ({refusal.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("the mail server lacks something that this mail or its setting needs") from None
    except (smtplib.SMTPException, OSError) as failure:
        code = answered.code or getattr(failure, "smtp_code", None)
        if code == _TAKEN:
            return
        if code is not None:
            raise _refusal(code) from None
        raise MailUnavailable(f"the mail server could not be reached: {type(failure).__name__}") from None


@dataclass(slots=True)
class _Answered:
    """What the server answered to the mail itself; `None` while it has not."""

    code: int | None = None


class _Session(smtplib.SMTP):
    """A session that notes the answer to the mail before anything else can go wrong in it, and that comes to an end."""

    def __init__(self, answered: _Answered, *arguments: Any, **named: Any) -> None:
        """`answered` is where the answer is noted."""
        self._answered = answered
        self._patience = threading.Timer(_SECONDS_IN_ALL, self._cut)
        self._patience.daemon = True
        self._patience.start()
        try:
            super().__init__(*arguments, **named)
        except BaseException:
            self._patience.cancel()
            raise

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As the library's."""
        answer = super().data(msg)
        self._answered.code = answer[0]
        return answer

    def part(self) -> None:
        """Say goodbye, whatever that is answered."""
        with suppress(OSError, smtplib.SMTPException):
            if self.sock is not None:
                self.sock.settimeout(_SECONDS_TO_PART)
                self.quit()

    def end(self) -> None:
        """Hang up, if that has not happened yet."""
        self._patience.cancel()
        self.close()

    def _cut(self) -> None:
        connection = getattr(self, "sock", None)
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)


class _EncryptedSession(_Session, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def _refusal(code: int) -> DomainError:
    """Codes from 500 on are final, others mean "later" (RFC 5321, 4.2.1)."""
    if code >= 500:
        return MailRefused(f"the mail server refused the mail for good ({code})")
    return MailUnavailable(f"the mail server said to try later ({code})")


@contextmanager
def _connected(url: str, answered: _Answered) -> Iterator[_Session]:
    """A session with the server: encrypted when it offers that, and named to it when the URL has a name. What is
    answered to the mail is noted in `answered`."""
    parts = urlsplit(url)
    host, here = parts.hostname or "", parts.hostname in _THIS_MACHINE
    # A server on this machine is reached without a wire, and mostly has a certificate that nobody signed.
    context = ssl._create_unverified_context() if here else ssl.create_default_context()  # noqa: S323
    server: _Session
    if parts.scheme == "smtps":
        server = _EncryptedSession(answered, host, parts.port or 465, timeout=_SECONDS_A_STEP, context=context)
    else:
        server = _Session(answered, host, parts.port or 25, timeout=_SECONDS_A_STEP)
    try:
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
        server.part()
    finally:
        server.end()
