"""Settings: everything that is wrong is said at once, practice is never a fallback, and no secret is shown."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app import config
from app.config import SettingsError, read

ROOT = Path(__file__).parent.parent

ENOUGH = {
    "SECRET_KEY": "k" * 32,
    "BASE_URL": "https://give.lantern.example/",
    "ORGANISATION_NAME": "The Lantern",
    "ORGANISATION_ADDRESS": "4 Mill Lane, Ambleford AM1 2QX",
    "STRIPE_SECRET_KEY": "sk_live_real",
    "STRIPE_WEBHOOK_SECRET": "whsec_new, whsec_old,",
    "MAIL_FROM": "receipts@lantern.example",
    "CONTACT_EMAIL": "office@lantern.example",
    "CONTACT_PHONE": "01632 960 123",
    "PRIVACY_NOTICE": "https://lantern.example/privacy",
}


def problems(environ):
    with pytest.raises(SettingsError) as wrong:
        read(environ)
    return wrong.value.problems


def test_enough_is_read_with_defaults_for_the_rest(tmp_path):
    settings = read({**ENOUGH, "DATA_DIR": str(tmp_path)})
    assert settings.base_url == "https://give.lantern.example"
    assert settings.stripe_webhook_secrets == ("whsec_new", "whsec_old")
    assert settings.database_url == f"sqlite:///{tmp_path / 'whipround.sqlite3'}"
    assert (settings.timezone.key, settings.currency, settings.bind) == ("Europe/London", "gbp", "127.0.0.1:8000")
    assert (settings.trusted_proxies, settings.web_concurrency, settings.address_rule) == (0, 1, "optional")
    assert (settings.stripe_api_base, settings.smtp_url, settings.practice) == (None, None, False)
    assert settings.live
    assert settings.secure
    assert settings.outbox == tmp_path / "outbox"
    assert list(tmp_path.iterdir()) == []


def test_everything_that_is_set_is_taken(tmp_path):
    settings = read(
        {
            **ENOUGH,
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": "postgres://whipround:pass@db/whipround",
            "STRIPE_SECRET_KEY": " rk_test_restricted ",
            "STRIPE_API_BASE": "http://127.0.0.1:9/",
            "SMTP_URL": "smtps://user:pass@mail.example:465",
            "TIMEZONE": "Europe/Warsaw",
            "CURRENCY": "PLN",
            "ADDRESS_RULE": "required",
            "TRUSTED_PROXIES": "2",
            "WEB_CONCURRENCY": "3",
            "BIND": "[::]:80",
            "BASE_URL": "http://localhost:8000",
            "ORGANISATION_REGISTRATION": "Registered society 123",
            "CHECKOUT_ORIGIN": "https://pay.lantern.example/",
            "MAIL_FROM": "The Lantern <receipts@lantern.example>",
        }
    )
    assert settings.checkout_origin == "https://pay.lantern.example"
    assert settings.mail_from == "The Lantern <receipts@lantern.example>"
    assert settings.database_url == "postgresql+psycopg://whipround:pass@db/whipround"
    assert (settings.stripe_secret_key, settings.live, settings.secure) == ("rk_test_restricted", False, False)
    assert (settings.stripe_api_base, settings.smtp_url) == (
        "http://127.0.0.1:9",
        "smtps://user:pass@mail.example:465",
    )
    assert (settings.timezone.key, settings.currency, settings.address_rule) == ("Europe/Warsaw", "pln", "required")
    assert (settings.trusted_proxies, settings.web_concurrency, settings.bind) == (2, 3, "[::]:80")
    assert settings.organisation.registration == "Registered society 123"


def test_whatever_is_missing_is_named_at_once():
    said = problems({})
    assert [line.split()[0] for line in said] == [
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "SECRET_KEY",
        "PRIVACY_NOTICE",
        "BASE_URL",
        "ORGANISATION_NAME",
        "ORGANISATION_ADDRESS",
        "CONTACT_EMAIL",
        "CONTACT_PHONE",
        "MAIL_FROM",
    ]
    assert all(line.endswith(".") for line in said)


def test_an_organisation_may_say_that_it_has_no_telephone_but_not_forget_it(tmp_path):
    enough = {**ENOUGH, "DATA_DIR": str(tmp_path)}
    assert read({**enough, "CONTACT_PHONE": "None"}).organisation.phone == ""
    (problem,) = problems({**enough, "CONTACT_PHONE": ""})
    assert "CONTACT_PHONE is missing" in problem
    assert "none" in problem
    assert read({**enough, "CONTACT_PHONE": "+44 (0) 1632 960123"}).organisation.phone_digits == "+4401632960123"


def test_the_privacy_notice_is_an_address_or_a_file_with_its_text(tmp_path):
    enough = {**ENOUGH, "DATA_DIR": str(tmp_path)}
    here = read(enough).organisation
    assert (here.privacy_address, here.privacy_text) == ("https://lantern.example/privacy", "")
    (tmp_path / "notice.md").write_text("We keep *little*.\n")
    there = read({**enough, "PRIVACY_NOTICE": str(tmp_path / "notice.md")}).organisation
    assert (there.privacy_address, there.privacy_text) == ("", "We keep *little*.")
    (tmp_path / "empty.md").write_text(" \n")
    assert len(problems({**enough, "PRIVACY_NOTICE": str(tmp_path / "empty.md")})) == 1


def test_a_command_without_settings_ends_with_the_words_alone_and_status_1(tmp_path):
    """Flask's own command line would print a traceback of any other exception."""
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    for arguments in (["serve"], ["--help"], ["appeals", "list"]):
        ended = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("Whipround cannot start:\n  - STRIPE_SECRET_KEY is missing")
        assert "Traceback" not in ended.stderr


def test_the_message_holds_every_problem():
    with pytest.raises(SettingsError) as wrong:
        read({**ENOUGH, "CURRENCY": "££", "MAIL_FROM": " "})
    assert str(wrong.value).startswith("Whipround cannot start:\n")
    assert all(problem in str(wrong.value) for problem in wrong.value.problems)
    assert len(wrong.value.problems) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("STRIPE_SECRET_KEY", "pk_live_publishable"),
        ("STRIPE_SECRET_KEY", "whsec_mistaken"),
        ("STRIPE_WEBHOOK_SECRET", " , ,"),
        ("BASE_URL", "give.lantern.example"),
        ("BASE_URL", "ftp://give.lantern.example"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "http://[::1"),
        ("BASE_URL", "https://give.lantern.example:port"),
        ("STRIPE_API_BASE", "127.0.0.1:9"),
        ("SMTP_URL", "mail.example:25"),
        ("SMTP_URL", "smtp://mail.example:99999"),
        ("SMTP_URL", "https://mail.example"),
        ("DATABASE_URL", "mysql://db/whipround"),
        ("DATABASE_URL", "whipround.sqlite3"),
        ("DATABASE_URL", "sqlite:///"),
        ("TIMEZONE", "Europe"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../../etc/passwd"),
        ("TIMEZONE", "x" * 300),
        ("CURRENCY", "pounds"),
        ("CURRENCY", "£££"),
        ("CURRENCY", "ｇｂｐ"),
        ("CURRENCY", "xyz"),
        ("BASE_URL", "http://give.lantern.example"),
        ("MAIL_FROM", "The Lantern"),
        ("MAIL_FROM", "receipts@"),
        ("MAIL_FROM", "a@lantern.example, b@lantern.example"),
        ("MAIL_FROM", "The Lantern <receipts@lantern.example>\nBcc: all@lantern.example"),
        ("CONTACT_EMAIL", "The Lantern <office@lantern.example>"),
        ("CONTACT_EMAIL", "office@lantern.example\nBcc: all@lantern.example"),
        ("CONTACT_PHONE", "call us"),
        ("CONTACT_PHONE", "01632 960 123<script>"),
        ("PRIVACY_NOTICE", "/no/such/file.md"),
        ("PRIVACY_NOTICE", "https://"),
        ("PRIVACY_NOTICE", "/etc"),
        ("TREASURER_EMAIL", "treasurer"),
        ("TREASURER_EMAIL", "a@lantern.example, b@lantern.example"),
        ("CHECKOUT_ORIGIN", "pay.lantern.example"),
        ("CHECKOUT_ORIGIN", "http://pay.lantern.example"),
        ("CHECKOUT_ORIGIN", "https://pay.lantern.example/pay"),
        ("CHECKOUT_ORIGIN", "https://pay.lantern.example; script-src *"),
        ("ADDRESS_RULE", "maybe"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "１"),
        ("TRUSTED_PROXIES", "all"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "2.5"),
        ("BIND", "8000"),
        ("BIND", "http://127.0.0.1:8000"),
    ],
)
def test_a_wrong_setting_is_refused_in_words_that_name_it(name, value):
    (problem,) = problems({**ENOUGH, name: value})
    assert problem.startswith(name)
    assert problem.endswith(".")


@pytest.mark.parametrize("name", ["SECRET_KEY", "STRIPE_SECRET_KEY", "SMTP_URL", "DATABASE_URL", "STRIPE_API_BASE"])
def test_a_wrong_secret_is_not_repeated(name):
    assert "hunter2" not in problems({**ENOUGH, name: "hunter2"})[0]


def test_no_secret_is_shown_by_the_settings(tmp_path):
    shown = repr(
        read(
            {
                **ENOUGH,
                "DATA_DIR": str(tmp_path),
                "DATABASE_URL": "postgresql://whipround:hunter2@db/whipround",
                "SMTP_URL": "smtp://receipts:hunter2@mail.example",
                "STRIPE_SECRET_KEY": "sk_live_hunter2",
                "STRIPE_WEBHOOK_SECRET": "whsec_hunter2",
                "SECRET_KEY": "hunter2" * 8,
            }
        )
    )
    assert "hunter2" not in shown
    assert "give.lantern.example" in shown


@pytest.mark.parametrize("practice", [None, "", "0", "true", "yes", "2"])
def test_practice_is_never_a_fallback(tmp_path, practice):
    environ = {"DATA_DIR": str(tmp_path)} | ({} if practice is None else {"PRACTICE": practice})
    assert len(problems(environ)) == 10
    assert list(tmp_path.iterdir()) == []


def test_practice_needs_nothing_else_and_stays_the_same(tmp_path):
    environ = {"PRACTICE": "1", "DATA_DIR": str(tmp_path / "new")}
    settings = read(environ)
    assert settings.practice
    assert not settings.live
    assert settings.stripe_api_base == config.PRACTICE_STRIPE
    assert settings.treasurer_email == "treasurer@lantern.example"
    assert settings.organisation.email == "office@lantern.example"
    assert settings.organisation.phone
    assert "example newspaper" in settings.organisation.privacy_text
    assert settings == read(environ)
    kept = tmp_path / "new" / "practice.env"
    assert [each.name for each in kept.parent.iterdir()] == ["practice.env"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert settings.secret_key in kept.read_text()


def test_in_practice_too_what_is_set_wins_and_what_is_empty_does_not(tmp_path):
    settings = read({"PRACTICE": "1", "DATA_DIR": str(tmp_path), "ORGANISATION_NAME": "The Lamp", "MAIL_FROM": ""})
    assert settings.organisation.name == "The Lamp"
    assert settings.mail_from.endswith("@lantern.example>")


@pytest.mark.parametrize("key", ["sk_live_real", "rk_live_real"])
def test_practice_never_goes_with_a_live_key(tmp_path, key):
    (problem,) = problems({"PRACTICE": "1", "DATA_DIR": str(tmp_path), "STRIPE_SECRET_KEY": key})
    assert "live" in problem
    assert key not in problem


def test_two_processes_that_start_at_once_agree_on_practice(tmp_path):
    ask = (
        "import sys, app.config as c; print('ready', flush=True); sys.stdin.readline(); "
        "s = c.read({'PRACTICE': '1', 'DATA_DIR': sys.argv[1]}); print(s.secret_key, *s.stripe_webhook_secrets)"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ask, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    with ThreadPoolExecutor(len(started)) as pool:
        said = list(pool.map(lambda process: process.communicate("go\n", timeout=30)[0], started))
    assert len(set(said)) == 1
    assert len(said[0].split()) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["practice.env"]


def test_whoever_comes_second_takes_what_the_first_has_made(tmp_path, monkeypatch):
    """The race itself: the file appears between the look and the link."""
    first = read({"PRACTICE": "1", "DATA_DIR": str(tmp_path)})
    monkeypatch.setattr(config.Path, "exists", lambda _path: False)
    assert read({"PRACTICE": "1", "DATA_DIR": str(tmp_path)}) == first
    assert [each.name for each in tmp_path.iterdir()] == ["practice.env"]


def test_the_treasurer_may_have_an_address_or_none():
    assert read(ENOUGH).treasurer_email is None
    assert (
        read({**ENOUGH, "TREASURER_EMAIL": "treasurer@lantern.example"}).treasurer_email == "treasurer@lantern.example"
    )
