"""Practice Stripe's settings: Whipround's own, with the same harmless defaults, and words for what is wrong."""

import pytest

from app import config
from practice import settings


def test_agrees_with_whipround_in_practice_without_further_ado(tmp_path):
    practice = settings.read({"DATA_DIR": str(tmp_path)})
    whipround = config.read({"DATA_DIR": str(tmp_path), "PRACTICE": "1"})
    assert practice.webhook_secrets == whipround.stripe_webhook_secrets
    assert f"http://{practice.bind}" == whipround.stripe_api_base
    assert practice.webhook_url == f"http://{whipround.bind}/webhooks/stripe"
    assert practice.organisation == whipround.organisation.name


def test_what_is_set_is_taken(tmp_path):
    practice = settings.read(
        {
            "DATA_DIR": str(tmp_path),
            "PRACTICE_BIND": "127.0.0.1:8911",
            "PRACTICE_WEBHOOK_URL": "http://127.0.0.1:8919/hook",
            "STRIPE_WEBHOOK_SECRET": "whsec_new, whsec_old",
            "ORGANISATION_NAME": "The Lamp",
        }
    )
    assert (practice.bind, practice.webhook_url) == ("127.0.0.1:8911", "http://127.0.0.1:8919/hook")
    assert practice.webhook_secrets == ("whsec_new", "whsec_old")
    assert practice.organisation == "The Lamp"
    assert "whsec" not in repr(practice)


def test_everything_that_is_wrong_is_said_at_once(tmp_path):
    with pytest.raises(config.SettingsError) as wrong:
        settings.read(
            {"DATA_DIR": str(tmp_path), "PRACTICE_BIND": "8001", "PRACTICE_WEBHOOK_URL": "x", "CURRENCY": "££"}
        )
    assert len(wrong.value.problems) == 3
