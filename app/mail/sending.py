"""Sending: one mail through an SMTP server, or into the outbox folder when none is set.

Messages of errors carry no address and nothing that a server said, because they reach logs.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.errors import DomainError
from app.mail import outbox as outboxes
from app.mail.letter import Mail, MailRefused, written

_SECONDS_A_STEP = 15
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class MailUnavailable(DomainError):
    """The mail server could not be reached, or said to try again later."""


def send(mail: Mail, *, sender: str, smtp_url: str | None, outbox: Path) -> None:
    """Send a mail through `smtp_url` ('smtp[s]://user:password@host:port'), or without one write it to `outbox`.

    Returns once the server (or the disk) has taken it over. Raises `MailUnavailable` or `MailRefused`. Must be
    called with no transaction open.
    """
    message, recipient = written(mail, sender)
    if smtp_url is None:
        outboxes.keep(message, mail.message_id, outbox)
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
