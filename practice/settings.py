"""Practice Stripe's settings: a few of Whipround's own, so that both agree without further ado."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app import config


@dataclass(frozen=True, slots=True)
class PracticeSettings:
    """Where Practice Stripe listens, whom it tells, and where it stores its objects.

    `settles_after` is how many seconds a moment takes, after which a fee becomes known; only tests change it.
    """

    bind: str
    webhook_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    data_dir: Path
    organisation: str
    settles_after: float = 1.0


def read(environ: Mapping[str, str] | None = None) -> PracticeSettings:
    """Read the settings; what is missing gets the harmless defaults that Whipround in practice has too.

    Raises `config.SettingsError` in words, a live Stripe key being one reason.
    """
    given = dict(environ if environ is not None else os.environ)
    bind = given.get("PRACTICE_BIND") or "127.0.0.1:8001"
    webhook_url = given.get("PRACTICE_WEBHOOK_URL") or "http://127.0.0.1:8000/webhooks/stripe"
    problems = []
    if not re.fullmatch(r"[^\s/]+:[0-9]{1,5}", bind):
        problems.append(f"PRACTICE_BIND must be an address such as 127.0.0.1:8001, not {bind!r}.")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", webhook_url):
        problems.append("PRACTICE_WEBHOOK_URL must be an address starting with http:// or https://.")
    try:
        practice_defaults = config.read({**given, "PRACTICE": "1"})
    except config.SettingsError as error:
        raise config.SettingsError(problems + error.problems) from None
    if problems:
        raise config.SettingsError(problems)
    return PracticeSettings(
        bind=bind,
        webhook_url=webhook_url,
        webhook_secrets=practice_defaults.stripe_webhook_secrets,
        data_dir=practice_defaults.data_dir,
        organisation=practice_defaults.organisation.name,
    )
