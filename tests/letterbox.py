"""A real SMTP server for the tests: it takes mail in, or refuses it as it is told to, and remembers all it was sent."""

# ruff: noqa: ARG002 - aiosmtpd decides what its handlers are given

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session


class Letterbox:
    """What arrived (`mails` parsed, `raw` as bytes), who it was for, and how recipients and mails are answered."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.encrypted: list[bool] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.refused = ""
        self.answer_to_recipient = "250 fine"
        self.answer_to_mail = "250 taken"
        self.url = ""

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refused:
            return f"550 {address} does not live here"
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer_to_mail.startswith("250"):
            self.raw.append(envelope.content)
            self.recipients.extend(envelope.rcpt_tos)
            self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.answer_to_mail

    def login(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss/word", handled=False)


@contextmanager
def letterbox(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, **more: Any
) -> Iterator[Letterbox]:
    """Open a letterbox on this machine; with `tls` encrypted from the start, with `starttls` once asked to be."""
    box = Letterbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, ssl_context=tls, tls_context=starttls, authenticator=box.login,
        auth_require_tls=False, enable_SMTPUTF8=True, **more,
    )  # fmt: skip
    controller.start()
    box.url = f"smtp{'s' if tls else ''}://127.0.0.1:{port}"
    try:
        yield box
    finally:
        controller.stop()
