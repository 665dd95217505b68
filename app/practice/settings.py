"""The till's settings: a few of Whipround's own, so that both agree without further ado."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app import config


@dataclass(frozen=True, slots=True)
class TillSettings:
    """Where the till listens, whom it tells, and where it keeps its drawer.

    `settles_after` is how many seconds after a charge its fee becomes known; only tests change it.
    """

    bind: str
    webhook_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    data_dir: Path
    organisation: str
    settles_after: float = 1.0


def read(environ: Mapping[str, str] | None = None) -> TillSettings:
    """Read the settings; what is missing gets the harmless defaults that Whipround in practice has too.

    Raises `config.SettingsError` in words, a live Stripe key being one reason.
    """
    given = dict(environ if environ is not None else os.environ)
    house = config.read({**given, "PRACTICE": "1"})
    return TillSettings(
        bind=given.get("PRACTICE_BIND") or "127.0.0.1:8001",
        webhook_url=given.get("PRACTICE_WEBHOOK_URL") or "http://127.0.0.1:8000/webhooks/stripe",
        webhook_secrets=house.stripe_webhook_secrets,
        data_dir=house.data_dir,
        organisation=house.organisation.name,
    )
