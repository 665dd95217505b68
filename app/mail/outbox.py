"""The outbox folder: where mail is kept while no SMTP server is set, one file a message."""

import hashlib
import os
from email.message import EmailMessage
from pathlib import Path


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
